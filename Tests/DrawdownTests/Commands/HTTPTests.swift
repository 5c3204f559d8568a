// Goal: whatever a server sends, whole, broken or hostile, is an answer or a fault, never a trap.

import Foundation
import Synchronization
import Testing

@testable import Drawdown

@Suite struct HTTPAnswerTests {
    private func answer(_ text: String) -> HTTPAnswer? { HTTPAnswer(Array(text.utf8)) }

    private func body(_ text: String) -> String? {
        answer(text).map { String(decoding: $0.body, as: UTF8.self) }
    }

    @Test func theLengthTellsWhetherTheAnswerIsWhole() {
        #expect(body("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}") == "{}")
        #expect(body("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n{}") == nil)
        #expect(body("HTTP/1.1 200 OK\r\ncontent-length:2\r\n\r\n{} ") == nil)
        #expect(body("HTTP/1.0 200\r\n\r\nto the end") == "to the end")
        #expect(answer("HTTP/1.1 404 Not Found\r\n\r\n")?.status == 404)
    }

    @Test func chunksAreJoined() {
        let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        #expect(body(head + "3\r\nabc\r\nA;x=y\r\n0123456789\r\n0\r\n\r\n") == "abc0123456789")
        #expect(body(head + "0\r\n\r\n") == "")
        #expect(body(head + "3\r\nabc\r\n") == nil)
    }

    @Test(
        "what is no answer is nil",
        arguments: [
            "", "\r\n\r\n", "HTTP/1.1 200 OK", "SSH-2.0-x\r\n\r\n", "HTTP/1.1 ok\r\n\r\n",
            "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\nx",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7fffffffffffffff\r\nx",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc",
        ]
    )
    func isNoAnswer(_ text: String) {
        #expect(answer(text) == nil)
    }
}

@Suite struct HTTPConnectionTests {
    @Test func aServersAnswerArrivesWhole() throws {
        let body = String(repeating: "0123456789", count: 20_000)
        let server = try LoopbackServer(
            answer: "HTTP/1.1 200 OK\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)"
        )
        let address = try APIAddress.resolve(
            flag: "http://127.0.0.1:\(server.port)/base",
            variable: nil
        ) { _ in nil }
        let data = try APIClient(address: address).get(["v1", "a b"], query: ["limit": "5"])
        #expect(data == Data(body.utf8))
        let request = server.request
        #expect(request.hasPrefix("GET /base/v1/a%20b?limit=5 HTTP/1.1\r\n"))
        #expect(request.contains("\r\nHost: 127.0.0.1:\(server.port)\r\n"))
        #expect(request.hasSuffix("\r\nConnection: close\r\n\r\n"))
    }

    @Test func aServerThatHangsUpIsNoHTTPServer() throws {
        let server = try LoopbackServer(answer: "")
        let connection = try HTTPConnection(
            host: "localhost",
            port: server.port,
            timeout: .seconds(10)
        )
        #expect(throws: HTTPFault.noAnswer) { try connection.exchange("GET / HTTP/1.1\r\n\r\n") }
    }

    @Test func aServerThatSaysNothingIsGivenUp() throws {
        let server = try LoopbackServer(answer: nil)
        let connection = try HTTPConnection(
            host: "127.0.0.1",
            port: server.port,
            timeout: .milliseconds(100)
        )
        #expect(throws: HTTPFault.timedOut) { try connection.exchange("GET / HTTP/1.1\r\n\r\n") }
    }

    @Test func aHostThatNobodyKnowsSaysSo() {
        #expect(throws: HTTPFault.unknownHost) {
            _ = try HTTPConnection(host: "no.such.host.invalid", port: 80, timeout: .seconds(10))
        }
    }
}

/// Answers one connection on loopback, whatever is asked.
final class LoopbackServer: Sendable {
    let port: Int
    private let socket: Int32
    private let asked = Mutex("")

    // The answer nil keeps the connection open and says nothing.
    init(answer: String?) throws {
        let listener = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                let isBound = unsafe bind(listener, pointer, size) == 0 && listen(listener, 1) == 0
                return unsafe isBound && getsockname(listener, pointer, &size) == 0
            }
        }
        try #require(isListening)
        port = Int(UInt16(bigEndian: address.sin_port))
        socket = listener
        // A thread, for the client blocks, and tasks may all wait for the same few threads.
        Thread { [self] in serve(answer) }.start()
    }

    deinit { close(socket) }

    /// What was asked.
    var request: String { asked.withLock { $0 } }

    private func serve(_ answer: String?) {
        let connection = accept(socket, nil, nil)
        defer { close(connection) }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = unsafe recv(connection, &buffer, buffer.count, 0)
        let text = String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
        asked.withLock { $0 = text }
        if let answer {
            var rest = Array(answer.utf8)[...]
            while !rest.isEmpty {
                let sent = unsafe rest.withUnsafeBytes {
                    unsafe send(
                        connection,
                        $0.baseAddress,
                        $0.count,
                        Int32(MSG_NOSIGNAL)
                    )
                }
                guard sent > 0 else { break }
                rest = rest.dropFirst(sent)
            }
        } else {
            // Until the client gives up.
            _ = unsafe recv(connection, &buffer, buffer.count, 0)
        }
    }
}
