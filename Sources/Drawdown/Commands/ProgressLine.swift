import Foundation

/// One line on standard error that says how far long work is, where somebody watches.
final class ProgressLine {
    private let isWatched = isatty(STDERR_FILENO) == 1
    private var shownAt = ContinuousClock.now - interval
    private var wasShown = false

    private static let interval = Duration.milliseconds(500)

    /// Shows the text if it is time: the first at once, for it may be the only one for long.
    func show(_ text: () -> String) {
        guard isWatched, ContinuousClock.now - shownAt >= Self.interval else { return }
        shownAt = .now
        wasShown = true
        StandardStreams.writeError("\r\u{1B}[K\(text())")
    }

    func clear() {
        if wasShown { StandardStreams.writeError("\r\u{1B}[K") }
        wasShown = false
    }

    static func commits(_ what: String, _ commit: UInt64, of count: UInt64) -> String {
        "\(what): \(commit * 100 / max(count, 1)) %, commit \(LiveFormat.count(Int(commit))) of "
            + LiveFormat.count(Int(count))
    }
}
