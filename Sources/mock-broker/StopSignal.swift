import Dispatch
import Foundation
import Glibc

/// Waits for whatever ends the process first.
struct StopSignal {
    private let stopped = DispatchSemaphore(value: 0)
    private let sources: [any DispatchSourceSignal]

    init() {
        let stopped = stopped
        sources = [SIGTERM, SIGINT].map { number in
            // The default action would end the process before the source sees the signal.
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
            source.setEventHandler { stopped.signal() }
            source.activate()
            return source
        }
    }

    /// Reads standard input to its end, on a thread of its own.
    func whenStandardInputEnds() {
        let stopped = stopped
        Thread.detachNewThread {
            while let data = try? FileHandle.standardInput.read(upToCount: 4_096), !data.isEmpty {}
            stopped.signal()
        }
    }

    /// Returns at the first signal or end of input, at the latest after `seconds`.
    func wait(seconds: Int?) {
        guard let seconds else { return stopped.wait() }
        _ = stopped.wait(timeout: .now() + .seconds(seconds))
    }
}
