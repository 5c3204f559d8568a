import CRdKafka
import Synchronization

/// What librdkafka's callbacks write to: the one object behind a client's opaque pointer.
///
/// The client holds a retain on it that is released after `rd_kafka_destroy` has returned, when no
/// thread of the library is left to call back.
final class ClientContext: Sendable {
    struct State {
        /// The newest text about a broken connection: the "why" of a bare time-out.
        var lastFailure: String?
        /// Errors of the client as a whole, until the next poll takes them.
        var errors: [KafkaError] = []
        var fatal: KafkaError?
        /// The newest statistics, unparsed, until somebody asks.
        var statisticsJSON: [UInt8]?
        var statistics: KafkaStatistics?
        var acknowledgements = AcknowledgementCounts()
    }

    /// More than this between two polls is a repetition of the same outage.
    private static let errorLimit = 64

    let log: @Sendable (KafkaLogLine) -> Void
    let state = Mutex(State())
    /// Nil for producers.
    let rebalancing: Rebalancing?

    init(rebalancing: Rebalancing?, log: @escaping @Sendable (KafkaLogLine) -> Void) {
        self.rebalancing = rebalancing
        self.log = log
    }

    func receive(_ line: KafkaLogLine) {
        if line.facility == "FAIL" || line.facility == "ERROR" {
            state.withLock { $0.lastFailure = line.message }
        }
        if !line.isExpected { log(line) }
    }

    func receive(_ error: KafkaError) {
        state.withLock { state in
            if error.isFatal {
                state.fatal = error
            } else if state.errors.count < Self.errorLimit {
                state.errors.append(error)
            }
        }
    }

    func takeErrors() -> [KafkaError] {
        state.withLock { state in
            defer { state.errors = [] }
            return state.errors
        }
    }

    /// A fatal error stays: the client will not recover, whoever asks and however often.
    func checkFatal() throws(KafkaError) {
        if let fatal = state.withLock({ $0.fatal }) { throw fatal }
    }

    /// Says why a request got no answer, where the bare code would not.
    func explain(_ error: rd_kafka_resp_err_t) -> KafkaError {
        let failure = state.withLock { $0.lastFailure }
        let text = unsafe string(rd_kafka_err2str(error))
        let code = KafkaError.Code(error)
        guard let failure, code == .transport || code == .timedOut || code == .allBrokersDown else {
            return KafkaError(error, reason: text)
        }
        return KafkaError(error, reason: "\(text): \(failure)")
    }
}

/// What became of the acknowledgements whose outcome has been polled, waited for or not.
public struct AcknowledgementCounts: Equatable, Sendable {
    /// Recorded by the group's coordinator.
    public var stored = 0
    /// Refused because the group has moved on, which loses nothing.
    public var benign = 0
    /// Refused for any other reason.
    public var failed = 0
    /// The newest of those other reasons.
    public var lastFailure: KafkaError?

    mutating func count(_ error: rd_kafka_resp_err_t) {
        if error == RD_KAFKA_RESP_ERR_NO_ERROR {
            stored += 1
        } else if error.isBenignForAcknowledgement {
            benign += 1
        } else {
            failed += 1
            lastFailure = KafkaError(error)
        }
    }
}
