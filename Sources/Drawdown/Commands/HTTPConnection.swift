import Foundation

/// Why a server gave no answer.
enum HTTPFault: Error, Equatable {
    case unknownHost
    case refused
    case timedOut
    /// The connection ended early, or what came is no HTTP.
    case noAnswer
    /// TLS failed, or the certificate is not that of the host or signed by nobody who is trusted.
    case untrusted(String)
    /// In the system's words.
    case system(String)
}

/// One connection for one question, over plain sockets.
///
/// Foundation's URLSession would do, but brings libcurl: the program is one file, and stays it.
struct HTTPConnection: ~Copyable {
    /// Larger answers than this are none of ours.
    private static let maximumSize = 64 << 20

    private let socket: Int32
    private let deadline: ContinuousClock.Instant

    /// Connects to the first address of a host that answers.
    ///
    /// - Parameters:
    ///   - host: a name or an address.
    ///   - port: from 1 to 65535.
    ///   - timeout: for everything together: connecting, asking, and the whole answer.
    /// - Throws: why the last of the host's addresses did not do.
    init(host: String, port: Int, timeout: Duration) throws(HTTPFault) {
        let deadline = ContinuousClock.now + timeout
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard unsafe getaddrinfo(host, "\(port)", &hints, &list) == 0 else { throw .unknownHost }
        defer { unsafe freeaddrinfo(list) }
        var fault = HTTPFault.unknownHost
        var next = unsafe list
        while let address = unsafe next {
            do throws(HTTPFault) {
                socket = try unsafe Self.connect(to: address.pointee, until: deadline)
                self.deadline = deadline
                return
            } catch {
                fault = error
            }
            unsafe next = address.pointee.ai_next
        }
        throw fault
    }

    deinit { close(socket) }

    /// Sends a request and reads until the server ends the connection.
    borrowing func exchange(_ request: String) throws(HTTPFault) -> HTTPAnswer {
        try send(Array(request.utf8))
        guard let answer = HTTPAnswer(try receiveAll()) else { throw .noAnswer }
        return answer
    }

    private static func connect(
        to address: addrinfo,
        until deadline: ContinuousClock.Instant
    ) throws(HTTPFault) -> Int32 {
        let flags = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let socket = unsafe Glibc.socket(address.ai_family, flags, 0)
        guard socket >= 0 else { throw .last }
        // On Linux the time-out for sending bounds connecting as well.
        limit(socket, SO_SNDTIMEO, until: deadline)
        guard unsafe Glibc.connect(socket, address.ai_addr, address.ai_addrlen) == 0 else {
            let fault = HTTPFault.last
            close(socket)
            throw fault
        }
        return socket
    }

    private borrowing func send(_ bytes: [UInt8]) throws(HTTPFault) {
        var rest = bytes[...]
        while !rest.isEmpty {
            Self.limit(socket, SO_SNDTIMEO, until: deadline)
            let count = unsafe rest.withUnsafeBytes {
                // A server that went away is an error here, not a signal.
                unsafe Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw .last }
            rest = rest.dropFirst(count)
        }
    }

    private borrowing func receiveAll() throws(HTTPFault) -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while bytes.count <= Self.maximumSize {
            guard ContinuousClock.now < deadline else { throw .timedOut }
            Self.limit(socket, SO_RCVTIMEO, until: deadline)
            let count = unsafe recv(socket, &buffer, buffer.count, 0)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw .last }
            guard count > 0 else { return bytes }
            bytes += buffer[..<count]
        }
        throw .noAnswer
    }

    /// Bounds the next call by what is left; at least a millisecond, for zero would mean for ever.
    private static func limit(
        _ socket: Int32,
        _ option: Int32,
        until deadline: ContinuousClock.Instant
    ) {
        let left = max(deadline - ContinuousClock.now, .milliseconds(1)).components
        var time = timeval(
            tv_sec: Int(left.seconds),
            tv_usec: Int(left.attoseconds / 1_000_000_000_000)
        )
        _ = unsafe setsockopt(
            socket,
            SOL_SOCKET,
            option,
            &time,
            socklen_t(MemoryLayout<timeval>.size)
        )
    }
}

extension HTTPFault {
    /// What the last call of the system came to.
    fileprivate static var last: HTTPFault {
        let code = errno
        switch code {
        case ECONNREFUSED: return .refused
        case ETIMEDOUT, EAGAIN, EINPROGRESS: return .timedOut
        case ECONNRESET, EPIPE: return .noAnswer
        default: return unsafe .system(String(cString: strerror(code)))
        }
    }
}
