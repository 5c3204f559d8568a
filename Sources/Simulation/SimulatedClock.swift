import Credits
import Synchronization
import UsagePipeline

/// A clock that only the simulation moves.
final class SimulatedClock: WorkerClock {
    private let microseconds = Atomic<Int64>(1_793_534_400_000_000)
    private static let start: Int64 = 1_793_534_400_000_000

    var now: Timestamp {
        Timestamp(microseconds: microseconds.load(ordering: .relaxed)) ?? .latest
    }

    var elapsed: Duration {
        .microseconds(microseconds.load(ordering: .relaxed) - Self.start)
    }

    func advance(byMicroseconds step: Int64) {
        microseconds.add(step, ordering: .relaxed)
    }
}
