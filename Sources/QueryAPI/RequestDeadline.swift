import NIOCore
import NIOHTTPTypes

/// Ends a connection whose next request does not arrive whole in time, or whose answer is not taken.
///
/// A client that sends or reads a byte now and then is never idle, and would keep its connection for
/// ever.
final class RequestDeadline: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let limit: TimeAmount
    private let pause: TimeAmount
    private let answerLimit: TimeAmount
    private var unanswered = 0
    /// A header came whose request has not come to its end.
    private var isArriving = false
    private var task: Scheduled<Void>?

    /// - Parameters:
    ///   - limit: for the first request from the connection's begin, for later ones from their
    ///     header on.
    ///   - pause: from an answer to the header of the next request.
    ///   - answerLimit: from a request to the end of its answer, live figures included.
    init(limit: TimeAmount, pause: TimeAmount, answerLimit: TimeAmount) {
        self.limit = limit
        self.pause = pause
        self.answerLimit = answerLimit
    }

    func handlerAdded(context: ChannelHandlerContext) {
        if context.channel.isActive { expect(within: limit, context) }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        task?.cancel()
    }

    func channelActive(context: ChannelHandlerContext) {
        expect(within: limit, context)
        context.fireChannelActive()
    }

    func channelInactive(context: ChannelHandlerContext) {
        task?.cancel()
        context.fireChannelInactive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            unanswered += 1
            isArriving = true
            expect(within: limit, context)
        case .end:
            isArriving = false
            expect(within: unanswered == 0 ? pause : answerLimit, context)
        case .body: break
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) {
            unanswered -= 1
            // Answered before it arrived whole, for its body is of no use: the rest must come in time, too.
            if unanswered == 0, !isArriving { expect(within: pause, context) }
        }
        context.write(data, promise: promise)
    }

    private func expect(within limit: TimeAmount, _ context: ChannelHandlerContext) {
        task?.cancel()
        task = context.eventLoop.assumeIsolated().scheduleTask(in: limit) {
            context.close(promise: nil)
        }
    }
}
