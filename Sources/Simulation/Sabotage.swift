import Credits
import LedgerStore
import UsageCodec
import UsagePipeline

/// A lie told to the worker by what surrounds it, which the checker must find: a checker that finds
/// none of them would find no such error in the worker either.
public enum Sabotage: String, CaseIterable, Sendable {
    /// Everything keeps its word.
    case none
    /// The source leaves a message out.
    case skipMessage
    /// The source takes partitions for read that are not.
    case expireUnread
    /// The source takes partitions of commands for read that are not.
    case overtakeCommands
    /// A store that was opened anew knows none of the ids that it knew.
    case forgetIDs
    /// Triggers are acknowledged that the cluster does not have.
    case dropTrigger
    /// Dead letters are acknowledged that the cluster does not have.
    case dropDeadLetter
    /// The store takes all it holds for published.
    case advanceWatermarkEarly
    /// The store loses its last commit when it is opened anew, although it acknowledged it.
    case lyingStore
}

/// Acknowledges some messages of a kind without ever sending them.
final class SabotagedSink: MessageSink {
    private let inner: SimulatedSink
    private let dropped: OutgoingMessage.Kind
    private var randomness: Randomness
    private var acknowledged: [UInt64] = []

    init(_ inner: SimulatedSink, dropped: OutgoingMessage.Kind, randomness: Randomness) {
        self.inner = inner
        self.dropped = dropped
        self.randomness = randomness
    }

    func send(_ messages: OutgoingMessages, _ range: Range<Int>, tag: UInt64) -> Int {
        for index in range {
            if messages[index].kind == dropped, randomness.chance(50) {
                acknowledged.append(tag)
            } else if inner.send(messages, index..<index + 1, tag: tag) == 0 {
                return index - range.lowerBound
            }
        }
        return range.count
    }

    // It never waits.
    let wake: @Sendable () -> Void = {}

    func deliveries(timeout: Duration, _ receive: (SinkDelivery) -> Void) {
        for tag in acknowledged { receive(SinkDelivery(tag: tag)) }
        acknowledged.removeAll()
        inner.deliveries(timeout: timeout, receive)
    }
}
