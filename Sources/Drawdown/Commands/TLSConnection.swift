import NIOCore
import NIOPosix
import NIOSSL

/// One connection for one question, over TLS; who answers is always checked.
struct TLSConnection {
    let host: String
    let port: Int
    /// Who may have signed the server's certificate; nil: whom the system trusts.
    var authorities: [NIOSSLCertificate]?
    /// For everything together.
    let timeout: Duration

    /// Sends a request and reads until the server ends the connection.
    func exchange(_ request: String) throws(HTTPFault) -> HTTPAnswer {
        let bytes: [UInt8]
        do {
            bytes = try ask(Array(request.utf8))
        } catch {
            throw HTTPFault(error)
        }
        guard let answer = HTTPAnswer(bytes) else { throw .noAnswer }
        return answer
    }

    private func ask(_ request: [UInt8]) throws -> [UInt8] {
        var configuration = TLSConfiguration.makeClientConfiguration()
        configuration.minimumTLSVersion = .tlsv12
        if let authorities { configuration.trustRoots = .certificates(authorities) }
        let context = try NIOSSLContext(configuration: configuration)
        let loop = MultiThreadedEventLoopGroup.singleton.next()
        let whole = loop.makePromise(of: [UInt8].self)
        let limit = TimeAmount.nanoseconds(
            timeout.components.seconds * 1_000_000_000
                + timeout.components.attoseconds / 1_000_000_000
        )
        let deadline = loop.scheduleTask(in: limit) { whole.fail(HTTPFault.timedOut) }
        let host = host
        // An address is checked against the certificate's addresses, and sends no name.
        let name = (try? SocketAddress(ipAddress: host, port: port)) == nil ? host : nil
        ClientBootstrap(group: loop)
            .connectTimeout(limit)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let handler = try NIOSSLClientHandler(context: context, serverHostname: name)
                    try channel.pipeline.syncOperations.addHandlers([
                        handler, AnswerCollector(request, whole),
                    ])
                }
            }
            .connect(host: host, port: port)
            .whenFailure { whole.fail($0) }
        defer { deadline.cancel() }
        return try whole.futureResult.wait()
    }
}

/// Sends the request once the connection is there, and keeps what comes.
private final class AnswerCollector: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let request: [UInt8]
    private let whole: EventLoopPromise<[UInt8]>
    private var bytes: [UInt8] = []

    /// Larger answers than this are none of ours.
    private static let maximumSize = 64 << 20

    init(_ request: [UInt8], _ whole: EventLoopPromise<[UInt8]>) {
        self.request = request
        self.whole = whole
    }

    func channelActive(context: ChannelHandlerContext) {
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: request)), promise: nil)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        bytes += unwrapInboundIn(data).readableBytesView
        if bytes.count > Self.maximumSize { fail(HTTPFault.noAnswer, context) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        whole.succeed(bytes)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // An end without a farewell: the answer's own length tells whether it is whole.
        if let error = error as? NIOSSLError, case .uncleanShutdown = error { return }
        fail(error, context)
    }

    private func fail(_ error: any Error, _ context: ChannelHandlerContext) {
        whole.fail(error)
        context.close(promise: nil)
    }
}

extension HTTPFault {
    /// What a failure of the network library means for who asked.
    fileprivate init(_ error: any Error) {
        switch error {
        case let fault as HTTPFault: self = fault
        case let error as NIOConnectionError: self.init(connecting: error)
        case is ChannelError: self = .timedOut
        case let error as IOError: self = .system(error.description)
        case is NIOSSLError, is BoringSSLError, is NIOSSLExtraError:
            self = .untrusted(Self.reason(of: "\(error)"))
        default: self = .system("\(error)")
        }
    }

    /// The library's reason, such as `certificate verify failed`, without its numbers and source files.
    static func reason(of words: String) -> String {
        guard let reason = words.firstMatch(of: /OPENSSL_internal:([A-Z0-9_]+)/) else {
            return words.replacing(#/ at [^ ]+:[0-9]+/#, with: "")
        }
        return reason.1.lowercased().replacing("_", with: " ")
    }

    private init(connecting error: NIOConnectionError) {
        guard let first = error.connectionErrors.first?.error else {
            self = .unknownHost
            return
        }
        guard let system = first as? IOError else {
            self = first is ChannelError ? .timedOut : .system("\(first)")
            return
        }
        self = system.errnoCode == ECONNREFUSED ? .refused : .system(system.description)
    }
}
