import Foundation
import Testing

@testable import Drawdown

@Suite struct APIAddressTests {
    private let file = Data(
        #"{"bootstrap_servers":"127.0.0.1:1","http":"http://127.0.0.1:4711","pid":7}"#.utf8
    )

    @Test func theFlagWinsThenTheVariableThenTheFileThenTheDefault() throws {
        func origin(_ flag: String?, _ variable: String?, _ file: Data?) throws -> String {
            let address = try APIAddress.resolve(flag: flag, variable: variable) { _ in file }
            return "\(address.url) \(address.origin)"
        }
        #expect(try origin("http://a", "http://b", file) == "http://a --api")
        #expect(try origin(nil, "http://b/x", file) == "http://b/x DRAWDOWN_API")
        #expect(try origin(nil, nil, file) == "http://127.0.0.1:4711 ./drawdown-data/dev.json")
        #expect(try origin(nil, nil, nil) == "http://127.0.0.1:8080 the default")
        #expect(try origin(nil, nil, Data("{".utf8)) == "http://127.0.0.1:8080 the default")
    }

    @Test(arguments: [
        "", "localhost:8080", "ftp://a", "https://", "http://a:0", "http://a:70000", "http://",
        "http:///x",
    ])
    func whatIsNoAddressIsExitCode64(_ text: String) {
        #expect(
            throws: CommandFailure(
                .usage,
                "expected --api to be an address such as http://127.0.0.1:8080, got: \(text)"
            )
        ) {
            try APIAddress.resolve(flag: text, variable: nil) { _ in nil }
        }
    }
}

@Suite struct APIClientTests {
    @Test func anIDMayHoldAnything() throws {
        let base = try #require(URL(string: "http://h:1/base/"))
        let target = APIClient.target(
            below: base,
            ["v1", "customers", "a/b ?#+%é\r\n", "entries"],
            ["limit": "5", "cursor": nil, "type": "a&b"]
        )
        #expect(
            target
                == "/base/v1/customers/a%2Fb%20%3F%23%2B%25%C3%A9%0D%0A/entries?limit=5&type=a%26b"
        )
    }

    @Test func anAPIThatIsDownIsExitCode69WithAdvice() throws {
        // Port 1 on loopback: nothing listens there.
        let address = try APIAddress.resolve(flag: "http://127.0.0.1:1", variable: nil) { _ in nil }
        #expect(
            throws: CommandFailure(
                .unavailable,
                """
                Cannot reach the API at http://127.0.0.1:1 (from --api): nothing listens there.
                Start it with `drawdown dev` or `drawdown run`, or name another with --api URL.
                """
            )
        ) {
            try APIClient(address: address).get(["v1"], query: [:])
        }
    }

    @Test func httpsHasItsOwnPort() throws {
        let address = try APIAddress.resolve(flag: "https://a/x", variable: nil) { _ in nil }
        #expect(address.isSecure && address.port == 443)
        let other = try APIAddress.resolve(flag: "https://a:8443", variable: nil) { _ in nil }
        #expect(other.isSecure && other.port == 8443)
    }

    @Test func whyACertificateIsNotTrustedIsSaidInWords() {
        let words = """
            sslError([Error: 268435581 error:1000007d:SSL routines:OPENSSL_internal:\
            CERTIFICATE_VERIFY_FAILED at /build/CNIOBoringSSL/ssl/handshake.cc:320])
            """
        #expect(HTTPFault.reason(of: words) == "certificate verify failed")
        #expect(HTTPFault.reason(of: "failed at /build/ssl.cc:12]") == "failed]")
    }

    @Test func aServerWithoutTLSIsNotTrusted() throws {
        let server = try LoopbackServer(answer: "HTTP/1.1 200 OK\r\n\r\n{}")
        let connection = TLSConnection(host: "localhost", port: server.port, timeout: .seconds(10))
        #expect {
            try connection.exchange("GET / HTTP/1.1\r\n\r\n")
        } throws: { error in
            if case .untrusted = error as? HTTPFault { true } else { false }
        }
        let closed = TLSConnection(host: "127.0.0.1", port: 1, timeout: .seconds(10))
        #expect(throws: HTTPFault.refused) { try closed.exchange("GET / HTTP/1.1\r\n\r\n") }
    }

    private func client() throws -> APIClient {
        APIClient(address: try .resolve(flag: "http://h", variable: nil) { _ in nil })
    }

    @Test func aRefusalIsTheAPIsOwnSentence() throws {
        let missing = Data(
            """
            {"title":"No such account","detail":"expected account to exist, got: acme\\u001b[2J"}
            """.utf8
        )
        let client = try client()
        #expect(
            client.refusal(status: 404, body: missing)
                == CommandFailure(.data, "expected account to exist, got: acme\u{FFFD}[2J")
        )
        #expect(
            client.refusal(status: 503, body: Data())
                == CommandFailure(.unavailable, "the API answered with status 503")
        )
    }

    @Test func anotherServersAnswerIsNotTakenForOurs() throws {
        #expect(
            throws: CommandFailure(
                .unavailable,
                "http://h (--api) answers, but not as Drawdown's API does."
            )
        ) {
            try client().decode(BalanceAnswer.self, from: Data("<html>".utf8))
        }
    }
}

@Suite struct AnswerTests {
    private func client() throws -> APIClient {
        APIClient(address: try .resolve(flag: "http://h", variable: nil) { _ in nil })
    }

    @Test func aBalanceIsShownWithAmountsToTheRight() throws {
        let json = """
            {"customer_id":"cus_aurora_studio","credit_type":"credits",
             "balance":{"ledger":"1234.5","available":"1200","held":"34.5","overdraft":"0"},
             "next_expiry":{"credits":"500","at":"2026-12-01T00:00:00Z"},
             "as_of":{"sequence":118,"recorded_at":"2026-11-22T12:00:00Z","lag_messages":0}}
            """
        let answer = try client().decode(BalanceAnswer.self, from: Data(json.utf8))
        #expect(
            answer.text == """
                cus_aurora_studio · credits
                  ledger     1234.5
                  held         34.5
                  available    1200
                  overdraft       0

                  500 expire at 2026-12-01T00:00:00Z
                  as of entry 118 of 2026-11-22T12:00:00Z; nothing waits to be applied

                """
        )
    }

    @Test func aBalanceWithoutExpiryOrLagIsShownToo() throws {
        let json = """
            {"customer_id":"c","credit_type":"voice",
             "balance":{"ledger":"-5","available":"-5","held":"0","overdraft":"5"},
             "next_expiry":null,"as_of":{"sequence":1,"recorded_at":null,"lag_messages":null}}
            """
        let answer = try client().decode(BalanceAnswer.self, from: Data(json.utf8))
        #expect(
            answer.text == """
                c · voice
                  ledger     -5
                  held        0
                  available  -5
                  overdraft   5

                  as of entry 1; the worker has no partitions yet

                """
        )
    }

    @Test func entriesAreATable() throws {
        let json = """
            {"entries":[
              {"sequence":118,"entry_type":"credits_consumed","amount":"-30.5",
               "balance_after":"69.5","usage_id":"u1","action":"img",
               "recorded_at":"2026-11-22T12:00:00Z","allocations":[]},
              {"sequence":9,"entry_type":"credits_granted","amount":"100","balance_after":"100",
               "command_id":"c1","recorded_at":"2026-11-22T11:00:00.000001Z"}],
             "next_cursor":"b9"}
            """
        let answer = try client().decode(EntriesAnswer.self, from: Data(json.utf8))
        let table = """
              #  RECORDED                     TYPE              AMOUNT  BALANCE  ACTION  BY
            118  2026-11-22T12:00:00Z         credits_consumed   -30.5     69.5  img     u1
              9  2026-11-22T11:00:00.000001Z  credits_granted      100      100          c1

            Older ones: --cursor b9

            """
        #expect(answer.text == table)
    }

    @Test func noEntriesAreASentence() throws {
        let json = Data(#"{"entries":[],"next_cursor":null}"#.utf8)
        let answer = try client().decode(EntriesAnswer.self, from: json)
        #expect(answer.text == "No entries of that kind.\n")
        let rare = EntriesAnswer(entries: [], nextCursor: "c7")
        #expect(rare.text == "None of that kind so far.\n\nOlder ones: --cursor c7\n")
    }
}
