import Credits

/// How the live view writes numbers.
enum LiveFormat {
    /// Such as `12,345`.
    static func count(_ number: some BinaryInteger) -> String {
        grouped(String(number))
    }

    /// A rate to the nearest whole number; what is no number shows as `–`.
    static func rate(_ rate: Double) -> String {
        guard let whole = Int(exactly: rate.rounded()) else { return "–" }
        return count(whole)
    }

    /// `-1,234.0875`, at the right of a column; decimals that find no room show as `…`.
    static func amount(_ amount: Amount, width: Int) -> String {
        let text = grouped("\(amount)")
        return text.count <= width ? text.padded(to: width, .right) : text.prefix(width - 1) + "…"
    }

    private static func grouped(_ text: String) -> String {
        let isNegative = text.hasPrefix("-")
        let parts = text.drop { $0 == "-" }
            .split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        var whole = ""
        for (index, digit) in (parts.first ?? "").enumerated() {
            if index > 0, ((parts.first?.count ?? 0) - index) % 3 == 0 { whole += "," }
            whole.append(digit)
        }
        let fraction = parts.count > 1 ? ".\(parts[1])" : ""
        return (isNegative ? "-" : "") + whole + fraction
    }

    /// Such as `1.2 ms`, `340 ms` or `2.5 s`.
    static func latency(_ duration: Duration?) -> String {
        guard let duration else { return "–" }
        let (seconds, attoseconds) = duration.components
        let tenths = Int(seconds) * 10_000 + Int(attoseconds / 100_000_000_000_000)
        switch tenths {
        case ..<1000: return "\(tenths / 10).\(tenths % 10) ms"
        case ..<10_000: return "\(tenths / 10) ms"
        default: return "\(tenths / 10_000).\(tenths / 1000 % 10) s"
        }
    }

    /// Such as `0:42`, `12:07` or `3:05:09`.
    static func uptime(_ duration: Duration) -> String {
        let seconds = Int(duration.components.seconds)
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        let minutes = seconds / 60
        guard minutes >= 60 else { return "\(minutes):\(two(seconds % 60))" }
        return "\(minutes / 60):\(two(minutes % 60)):\(two(seconds % 60))"
    }

    /// `12:00:03`, in UTC.
    static func timeOfDay(_ moment: Timestamp) -> String {
        String("\(moment)".dropFirst(11).prefix(8))
    }

    /// A curve of bars, the highest value at full height.
    static func curve(_ values: [Double]) -> String {
        let bars = Array("▁▂▃▄▅▆▇█")
        let values = values.map { $0.isFinite ? max($0, 0) : 0 }
        guard let highest = values.max(), highest > 0 else {
            return String(repeating: "▁", count: values.count)
        }
        return String(values.map { bars[min(Int($0 / highest * 7.5), 7)] })
    }

    /// Text held to a width in characters; what is cut off shows as `…`.
    static func fitted(_ text: String, to width: Int) -> String {
        let text = text.printable
        return text.count <= width ? text.padded(to: width) : text.prefix(width - 1) + "…"
    }
}
