import Dispatch
import Glibc
import Synchronization

/// SIGTERM and SIGINT: the first asks for an orderly end, the second leaves at once.
///
/// Leaving at once is safe, for everything that counts is durable already. It is a success after
/// SIGTERM, which asks for an end, and 130 after Ctrl-C, as shells expect.
///
/// Made before anything is opened: until then there is nothing to end in order.
final class StopSignals: Sendable {
    // Made here and never changed; Dispatch's sources may be used on any thread.
    nonisolated(unsafe) private let sources: [any DispatchSourceSignal]
    private let received = Atomic<Int>(0)
    private let action = Mutex<(@Sendable () -> Void)?>(nil)

    init() {
        let queue = DispatchQueue(label: "drawdown.signals")
        unsafe sources = [SIGTERM, SIGINT].map { number in
            // Dispatch sees a signal only if its default action does not end the process first.
            signal(number, SIG_IGN)
            return DispatchSource.makeSignalSource(signal: number, queue: queue)
        }
        for source in unsafe sources {
            let isInterrupt = source.handle == UInt(SIGINT)
            // Holds on to this for as long as the process lives: a signal may come at any moment.
            source.setEventHandler { [self] in receive(isInterrupt: isInterrupt) }
            source.resume()
        }
    }

    /// What the first signal does from now on; before, it simply ends the process.
    func onStop(_ action: @escaping @Sendable () -> Void) {
        self.action.withLock { $0 = action }
    }

    private func receive(isInterrupt: Bool) {
        let action = action.withLock { $0 }
        guard received.add(1, ordering: .relaxed).oldValue == 0, let action else {
            _exit(isInterrupt ? 130 : 0)
        }
        if isInterrupt { StandardStreams.writeError("Stopping; Ctrl-C again ends it at once.\n") }
        action()
    }
}
