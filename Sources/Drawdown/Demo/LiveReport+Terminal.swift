import Foundation

extension LiveReport.Mode {
    /// How standard output can be written to now.
    static func ofStandardOutput(
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) -> LiveReport.Mode {
        var size = winsize()
        guard isatty(STDOUT_FILENO) == 1,
            unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0
        else { return .lines }
        return terminal(
            width: Int(size.ws_col),
            height: Int(size.ws_row),
            environment: environment
        )
    }

    /// A picture wherever it fits; its colours unless `NO_COLOR` is set to anything.
    static func terminal(
        width: Int,
        height: Int,
        environment: [String: String]
    ) -> LiveReport.Mode {
        guard width >= LiveView.minimumWidth, height >= LiveView.minimumHeight,
            environment["TERM"] != "dumb"
        else { return .lines }
        let isColoured = (environment["NO_COLOR"] ?? "").isEmpty
        return .picture(width: width, height: height, isColoured: isColoured)
    }
}
