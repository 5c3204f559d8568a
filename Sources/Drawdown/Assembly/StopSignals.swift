import Dispatch
import Glibc
import Synchronization

/// SIGTERM and SIGINT: the first asks for an orderly end, the second leaves at once.
///
/// Leaving at once is safe, for everything that counts is durable already. It is a success after
/// SIGTERM, which asks for an end, and 130 after Ctrl-C, as shells expect.
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
            let isInterrupt = source.handle == UInt(SIGINT)
            source.setEventHandler { [weak self] in
                guard let self else { return }
                guard received.add(1, ordering: .relaxed).oldValue == 0 else {
                    _exit(isInterrupt ? 130 : 0)
                }
                if isInterrupt {
                    StandardStreams.writeError("Stopping; Ctrl-C again ends it at once.\n")
                }
                onStop()
            }
            source.resume()
        }
    }

    /// Whether a signal has come.
    var wasStopped: Bool { received.load(ordering: .relaxed) > 0 }
}
