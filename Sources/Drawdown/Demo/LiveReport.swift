/// Turns figures into what is written next, for the place that it is written to.
struct LiveReport: Sendable {
    enum Mode: Equatable, Sendable {
        /// One line a second.
        case lines
        /// A picture that is drawn over itself.
        case picture(width: Int, height: Int, isColoured: Bool)
    }

    let mode: Mode
    private var drawnLines = 0

    init(mode: Mode) {
        self.mode = mode
    }

    /// How long to wait between two calls of ``next(_:)``.
    var interval: Duration { mode == .lines ? .seconds(1) : .milliseconds(250) }

    /// The text to write: one line, or the picture with what it takes to replace the last one.
    mutating func next(_ figures: LiveFigures) -> String {
        guard case .picture(let width, let height, let isColoured) = mode else {
            return LiveView.summary(figures) + "\n"
        }
        let view = LiveView(width: width, height: height, isColoured: isColoured)
        let lines = view.lines(figures)
        // Lines are cleared one by one as they are drawn: clearing all at once would flicker.
        let up = drawnLines > 0 ? "\u{1B}[\(drawnLines)A" : ""
        drawnLines = lines.count
        return up + lines.map { "\r\($0)\u{1B}[K\n" }.joined() + "\u{1B}[J"
    }
}
