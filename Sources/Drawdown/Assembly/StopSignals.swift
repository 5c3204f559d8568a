import Dispatch
import Glibc
import Synchronization

/// SIGTERM and SIGINT: the first asks for an orderly end, the second leaves at once.
///
/// Leaving at once is safe, for everything that counts is durable already.
final class StopSignals: Sendable {
    // Made here and never changed; Dispatch's sources may be used on any thread.
    nonisolated(unsafe) private let sources: [any DispatchSourceSignal]
    private let received = Atomic<Int>(0)

    init(_ onStop: @escaping @Sendable () -> Void) {
        let queue = DispatchQueue(label: "drawdown.signals")
        unsafe sources = [SIGTERM, SIGINT].map { number in
            // Dispatch sees a signal only if its default action does not end the process first.
            signal(number, SIG_IGN)
            return DispatchSource.makeSignalSource(signal: number, queue: queue)
        }
        for source in unsafe sources {
            source.setEventHandler { [weak self] in
                guard let self else { return }
                if received.add(1, ordering: .relaxed).oldValue > 0 { _exit(130) }
                onStop()
            }
            source.resume()
        }
    }

    /// Whether a signal has come.
    var wasStopped: Bool { received.load(ordering: .relaxed) > 0 }
}
