import Credits
import Foundation
import Glibc
import Logging
import Synchronization
import Testing

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

@testable import QueryAPI

/// What only a socket shows: the framing of answers, the port, and how serving ends.
@Suite(.timeLimit(.minutes(1)))
struct ServerTests {
    private static func server(
        port: Int = 0,
        requestTimeout: Duration = .seconds(10),
        answerTimeout: Duration = .seconds(60)
    ) throws -> APIServer {
        APIServer(
            reader: FixedReader([.withGrant("a/b")]),
            status: FixedStatus(),
            rates: .empty,
            version: "1.2.3",
            configuration: try APIConfiguration(port: port),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            requestTimeout: requestTimeout,
            answerTimeout: answerTimeout
        )
    }

    /// Runs a server while `body` asks it, then cancels it and waits for its end.
    private static func withServer(
        requestTimeout: Duration = .seconds(10),
        answerTimeout: Duration = .seconds(60),
        _ body: (_ port: Int) async throws -> Void
    ) async throws {
        let (ports, continuation) = AsyncStream.makeStream(of: Int.self)
        let server = try server(requestTimeout: requestTimeout, answerTimeout: answerTimeout)
        let serving = Task {
            defer { continuation.finish() }
            try await server.run { continuation.yield($0) }
        }
        let first = await ports.first { _ in true }
        do {
            try await body(try #require(first))
        } catch {
            serving.cancel()
            throw error
        }
        serving.cancel()
        try await serving.value
    }

    private static func send(
        _ method: String,
        _ path: String,
        port: Int
    ) async throws -> (body: Data, response: HTTPURLResponse) {
        var request = URLRequest(url: try #require(URL(string: "http://127.0.0.1:\(port)\(path)")))
        request.httpMethod = method
        let session = URLSession(configuration: .ephemeral)
        defer { session.invalidateAndCancel() }
        let (body, response) = try await session.data(for: request)
        return (body, try #require(response as? HTTPURLResponse))
    }

    @Test func aServerOnAFreePortAnswersAndEndsWhenItIsCancelled() async throws {
        try await Self.withServer { port in
            #expect(port > 0)
            let (body, response) = try await Self.send(
                "GET",
                "/v1/customers/a%2Fb/balance",
                port: port
            )
            #expect(response.statusCode == 200)
            #expect(response.value(forHTTPHeaderField: "content-type") == "application/json")
            #expect(String(decoding: body, as: UTF8.self).hasPrefix(#"{"customer_id":"a/b","#))
        }
    }

    @Test func headHasTheHeadersOfGetAndNoBody() async throws {
        try await Self.withServer { port in
            let get = try await Self.send("GET", "/v1/customers", port: port)
            let head = try await Self.send("HEAD", "/v1/customers", port: port)
            #expect(head.response.statusCode == 200)
            #expect(head.body.isEmpty)
            #expect(
                head.response.value(forHTTPHeaderField: "content-length")
                    == "\(get.body.count)"
            )
        }
    }

    @Test func aProblemKeepsItsHeaders() async throws {
        try await Self.withServer { port in
            let (body, response) = try await Self.send("POST", "/healthz", port: port)
            #expect(response.statusCode == 405)
            #expect(response.value(forHTTPHeaderField: "allow") == "GET, HEAD")
            #expect(
                response.value(forHTTPHeaderField: "content-type") == "application/problem+json"
            )
            #expect(String(decoding: body, as: UTF8.self).contains("method-not-allowed"))
        }
    }

    /// What the server sends on a connection until it closes it.
    ///
    /// On a thread of its own: one that blocks here must not be one that the server needs.
    private static func exchange(_ text: String, port: Int) async throws -> String {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(with: Result { try blockingExchange(text, port: port) })
            }
        }
    }

    private static func blockingExchange(_ text: String, port: Int) throws -> String {
        let socket = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        // The two structures begin alike: this is how connect takes an address.
        let result = unsafe withUnsafeBytes(of: &address) { bytes in
            unsafe connect(
                socket,
                bytes.assumingMemoryBound(to: sockaddr.self).baseAddress,
                socklen_t(bytes.count)
            )
        }
        try #require(result == 0)
        let bytes = Array(text.utf8)
        _ = unsafe Glibc.send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL))
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = unsafe recv(socket, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            received += buffer[..<count]
        }
        return String(decoding: received, as: UTF8.self)
    }

    @Test(arguments: [
        "", "GET /healthz HTTP/1.1\r\nHost: localhost\r\n",
        "POST /healthz HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\n12345",
    ])
    func aConnectionWhoseRequestDoesNotArriveIsClosed(text: String) async throws {
        try await Self.withServer(requestTimeout: .milliseconds(200)) { port in
            let answer = try await Self.exchange(text, port: port)
            #expect(!answer.hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test func anAnswerThatTakesTooLongIsCutOff() async throws {
        try await Self.withServer(answerTimeout: .milliseconds(300)) { port in
            let text = "GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n"
            let answer = try await Self.exchange(text, port: port)
            // By itself the stream ends after ten minutes and six hundred events.
            #expect(answer.ranges(of: "data: ").count < 60)
        }
    }

    @Test func headersBeyondTheLimitAreRefused() async throws {
        try await Self.withServer { port in
            let header = "X: " + String(repeating: "x", count: 40_000)
            let text = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\(header)\r\n\r\n"
            let answer = try await Self.exchange(text, port: port)
            #expect(!answer.hasPrefix("HTTP/1.1 200"))
        }
    }

    @Test func aPortThatIsTakenIsNamed() async throws {
        try await Self.withServer { port in
            let second = try Self.server(port: port)
            await #expect {
                try await second.run { _ in Issue.record("expected the port to be taken") }
            } throws: { error in
                (error as? ListenError)?.port == port
            }
        }
    }

    @Test func aServerThatIsCancelledBeforeItBeganEnds() async throws {
        let server = try Self.server()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.cancelAll()
            group.addTask { try await server.run { _ in } }
            try await group.waitForAll()
        }
    }

    @Test func theWallClockIsOfToday() {
        let date = Date(
            timeIntervalSince1970: Double(APIServer.wallClock().microseconds) / 1_000_000
        )
        #expect(abs(date.timeIntervalSinceNow) < 60)
    }
}
