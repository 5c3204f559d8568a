public import Credits
import Foundation
import HTTPTypes
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
public import LedgerStore
public import Logging
import NIOCore
import ServiceLifecycle
import Synchronization

/// The HTTP API as a server on this machine.
public struct APIServer: Sendable {
    private let api: API
    private let configuration: APIConfiguration
    private let logger: Logger
    private let requestTimeout: Duration
    private let answerTimeout: Duration

    /// Connections beyond this wait until one closes.
    private static let maximumConnections = 512
    /// A connection on which nothing is read or written for this long is closed.
    private static let idleTimeout = TimeAmount.seconds(60)
    /// Bytes of header fields in one request.
    private static let headerLimit = 32_768
    /// Answers under way get this long when the server ends.
    private static let drainTime = Duration.seconds(5)

    /// - Parameters:
    ///   - reader: answers from what is durable.
    ///   - status: what the worker knows beyond that.
    ///   - submitter: takes commands; nil: none are taken.
    ///   - rates: names the rates that entries refer to.
    ///   - overdraft: of accounts that have no policy of their own.
    ///   - version: the program's, as `/healthz` shows it.
    ///   - configuration: where to listen.
    ///   - logger: takes what went wrong.
    ///   - requestTimeout: a request arrives whole within this, or its connection is closed.
    ///   - answerTimeout: an answer is taken within this, or its connection is closed.
    ///   - now: the wall clock.
    public init(
        reader: any LedgerReader,
        status: any WorkerStatus,
        submitter: (any CommandSubmitter)? = nil,
        rates: RateBook,
        overdraft: OverdraftPolicy = .record,
        version: String,
        configuration: APIConfiguration,
        logger: Logger,
        requestTimeout: Duration = .seconds(10),
        answerTimeout: Duration = .seconds(900),
        now: @escaping @Sendable () -> Timestamp = APIServer.wallClock
    ) {
        api = API(
            reader: reader,
            status: status,
            submitter: submitter,
            intake: CommandIntake(rates: rates, bodyLimit: configuration.bodyLimit),
            rates: rates,
            overdraft: overdraft,
            version: version,
            tokens: configuration.tokens,
            bodyLimit: configuration.bodyLimit,
            logger: logger,
            now: now
        )
        self.configuration = configuration
        self.logger = logger
        self.requestTimeout = requestTimeout
        self.answerTimeout = answerTimeout
    }

    /// The system's time.
    public static func wallClock() -> Timestamp {
        let microseconds = Date().timeIntervalSince1970 * 1_000_000
        return Timestamp(microseconds: Int64(microseconds)) ?? .latest
    }

    /// Serves until the task is cancelled; answers under way are then given to their end.
    ///
    /// - Parameter onListening: called once, with the port that is listened on.
    /// - Throws: ``ListenError`` where the port cannot be had, or what ended the server later.
    public func run(onListening: @escaping @Sendable (_ port: Int) -> Void) async throws {
        let hasListened = Atomic(false)
        let application = try makeApplication { port in
            hasListened.store(true, ordering: .releasing)
            onListening(port)
        }
        var services = ServiceGroupConfiguration(services: [application], logger: logger)
        services.maximumGracefulShutdownDuration = Self.drainTime
        let group = ServiceGroup(configuration: services)
        // A task of its own: cancelling the one that serves would break answers off in the middle.
        let serving = Task { try await group.run() }
        do {
            try await withTaskCancellationHandler {
                try await serving.value
            } onCancel: {
                Task { await group.triggerGracefulShutdown() }
            }
        } catch {
            // A group that is told to end before it began says so by an error.
            if Task.isCancelled { return }
            guard !hasListened.load(ordering: .acquiring) else { throw error }
            throw ListenError(
                host: configuration.host,
                port: configuration.port,
                reason: (error as? IOError).map { unsafe String(cString: strerror($0.errnoCode)) }
                    ?? "\(error)"
            )
        }
    }

    private func makeApplication(
        onListening: @escaping @Sendable (Int) -> Void
    ) throws -> some ApplicationProtocol {
        let decoder = HTTP1Channel.Configuration.DecoderConfiguration(
            maxHeaderFieldSize: Self.headerLimit,
            maxHeaderListSize: Self.headerLimit,
            maxHeaderFieldCount: 100
        )
        let plain = HTTPServerBuilder.http1(
            configuration: .init(
                additionalChannelHandlers: [
                    RequestDeadline(
                        limit: TimeAmount(requestTimeout),
                        pause: Self.idleTimeout,
                        answerLimit: TimeAmount(answerTimeout)
                    )
                ],
                idleTimeout: Self.idleTimeout,
                httpDecoderConfiguration: decoder
            )
        )
        let server = try configuration.identity.map { identity in
            try HTTPServerBuilder.tls(plain, tlsConfiguration: try identity.tlsConfiguration())
        }
        return Application(
            responder: APIResponder(api: api),
            server: server ?? plain,
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.host, port: configuration.port),
                availableConnectionsDelegate: MaximumAvailableConnections(
                    Self.maximumConnections
                )
            ),
            onServerRunning: { channel in
                onListening(channel.localAddress?.port ?? 0)
            },
            logger: logger
        )
    }
}

/// The API cannot listen where it is told to.
public struct ListenError: Error, Sendable, CustomStringConvertible {
    public let host: String
    public let port: Int
    /// What the system said.
    public let reason: String

    public var description: String {
        "expected port \(port) on \(host) to be free, got: \(reason); choose another (http.listen, "
            + "or --http PORT of dev), or 0 for any"
    }
}

/// Frames answers as HTTP.
private struct APIResponder: HTTPResponder {
    let api: API

    func respond(to request: Request, context: BasicRequestContext) async -> Response {
        let answer = await api.answer(await read(request))
        var fields = HTTPFields()
        for (name, value) in [("content-type", answer.type)] + answer.headers {
            guard let name = HTTPField.Name(name) else { continue }
            fields.append(HTTPField(name: name, value: value))
        }
        let status = HTTPResponse.Status(code: answer.status)
        guard request.method != .head else {
            // The length is that of the answer to GET.
            if answer.stream == nil { fields[.contentLength] = "\(answer.body.count)" }
            return Response(status: status, headers: fields)
        }
        if let stream = answer.stream {
            let buffers = stream.map { ByteBuffer(bytes: $0) }
            // A server that ends does not wait for those who watch it.
            return Response(
                status: status,
                headers: fields,
                body: ResponseBody(asyncSequence: buffers.cancelOnGracefulShutdown())
            )
        }
        let body = ResponseBody(byteBuffer: ByteBuffer(bytes: answer.body))
        return Response(status: status, headers: fields, body: body)
    }

    private func read(_ request: Request) async -> APIRequest {
        var read = APIRequest(request.method.rawValue, request.head.path ?? "")
        read.host = request.head.authority
        read.authorization = request.headers[.authorization]
        read.contentType = request.headers[.contentType]
        read.idempotencyKey = Self.idempotencyKey.flatMap { request.headers[$0] }
        read.bodyLength = request.headers[.contentLength].flatMap { Int($0) } ?? 0
        guard api.takesBody(read) else { return read }
        do {
            read.body = Array(buffer: try await request.body.collect(upTo: api.bodyLimit))
        } catch {
            // Longer than the limit, for whatever else goes wrong ends the connection.
            read.bodyLength = api.bodyLimit + 1
        }
        return read
    }

    private static let idempotencyKey = HTTPField.Name("idempotency-key")
}
