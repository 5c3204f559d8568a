import Foundation

/// Asks for pages over one connection that is kept open.
struct HTTPPages: ~Copyable {
    private let socket: Int32

    init(port: Int) throws {
        socket = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let code = unsafe withUnsafeBytes(of: address) { bytes in
            let start = unsafe bytes.bindMemory(to: sockaddr.self).baseAddress
            return unsafe connect(socket, start, socklen_t(bytes.count))
        }
        guard code == 0 else { throw Fault("expected port \(port) to be listened on") }
        var noDelay: Int32 = 1
        unsafe setsockopt(socket, Int32(IPPROTO_TCP), TCP_NODELAY, &noDelay, 4)
    }

    deinit { close(socket) }

    private struct Fault: Error, CustomStringConvertible {
        let description: String

        init(_ description: String) { self.description = description }
    }

    borrowing func measure(_ pages: Int) throws {
        let list = "/v1/customers/\(LongAccount.customerID)/entries"
        try measure("HTTP: customer's page, at first", 1, ["/customers/\(LongAccount.customerID)"])
        try measure("HTTP: customer's page", 20, ["/customers/\(LongAccount.customerID)"])
        try measure("HTTP: usage of 30 days", 20, ["/v1/customers/\(LongAccount.customerID)/usage"])
        let cursors = try walk("\(list)?limit=500")
        let last = cursors.last.map { "\(list)?limit=50&cursor=\($0)" } ?? list
        try measure("HTTP: first 50", 200, [list])
        try measure("HTTP: last 50", 200, [last])
        for limit in [50, 500] {
            let targets = cursors.map { "\(list)?limit=\(limit)&cursor=\($0)" }
            try measure("HTTP: \(limit) from anywhere", pages, targets)
        }
        let rare = "\(list)?limit=50&type=manual_adjustment"
        try measure("HTTP: 50 of a type that there is none of", 20, [rare])
        let targets = cursors.map { "\(rare)&cursor=\($0)" }
        try measure("HTTP: the same from anywhere", 200, targets)
        try measure("HTTP: list of customers", 200, ["/v1/customers"])
        try measure("HTTP: balance", 200, ["/v1/customers/\(LongAccount.customerID)/balance"])
        try measure("HTTP: a usage id", 200, ["/v1/usage/usage_12345_0123456789"])
    }

    private borrowing func measure(_ name: String, _ count: Int, _ targets: [String]) throws {
        var times = Times()
        for _ in 0..<count {
            guard let target = targets.randomElement() else { return }
            try times.take { _ = try get(target) }
        }
        print(times.line(name))
    }

    /// The cursors of all pages.
    private borrowing func walk(_ list: String) throws -> [String] {
        var cursors: [String] = []
        while true {
            let page = try get(list + (cursors.last.map { "&cursor=\($0)" } ?? ""))
            guard let start = page.range(of: "\"next_cursor\":\"", options: .backwards)
            else { return cursors }
            cursors.append(String(page[start.upperBound...].prefix { $0 != "\"" }))
        }
    }

    private borrowing func get(_ target: String) throws -> String {
        let request = Array("GET \(target) HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n".utf8)
        let sent = unsafe send(socket, request, request.count, Int32(MSG_NOSIGNAL))
        guard sent == request.count else { throw Fault("expected the request to be taken") }
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        var end: Int?
        while end == nil || answer.count < end ?? 0 {
            let count = unsafe recv(socket, &buffer, buffer.count, 0)
            guard count > 0 else { throw Fault("expected an answer to \(target)") }
            answer += buffer[..<count]
            if end == nil { end = Self.end(of: answer) }
        }
        let text = String(decoding: answer, as: UTF8.self)
        guard text.hasPrefix("HTTP/1.1 200 ") else { throw Fault(String(text.prefix(200))) }
        return text
    }

    /// Where an answer ends that has begun; nil: its head is not all there.
    private static func end(of answer: [UInt8]) -> Int? {
        let head = String(decoding: answer.prefix(4096), as: UTF8.self)
        guard let blank = head.range(of: "\r\n\r\n"),
            let length = head.range(of: "content-length: ", options: .caseInsensitive)
        else { return nil }
        let digits = head[length.upperBound...].prefix { $0.isNumber }
        return head[..<blank.upperBound].utf8.count + (Int(digits) ?? 0)
    }
}
