import Credits
import Yams

/// One value of the configuration, from the file or from a variable that overrides it.
///
/// Each conversion returns nil after it has noted the fault, so that one reading finds them all.
struct YAMLValue {
    enum Content {
        case node(Node)
        /// Taken verbatim where a scalar is expected, read as YAML where a list or mapping is.
        case variable(String)
    }

    let content: Content
    let place: ConfigurationFault.Place
    let path: String
    let reading: ConfigurationReading

    /// Notes `expected <path> to be <constraint>, got: <value>`.
    func fail(_ constraint: String, got: String? = nil) {
        let shown = got ?? shown
        reading.fail(place, key: path, "expected \(path) to be \(constraint), got: \(shown)")
    }

    /// Notes the same as a warning: what is odd but does no harm.
    func warn(_ constraint: String, got: String) {
        reading.warn(place, key: path, "expected \(path) to be \(constraint), got: \(got)")
    }

    /// The value as it is written, or its kind where it is not one word.
    private var shown: String {
        switch content {
        case .variable(let text): text
        case .node(.scalar(let scalar)): scalar.string.isEmpty ? "nothing" : scalar.string
        case .node(.mapping): "a mapping"
        case .node(.sequence): "a list"
        case .node(.alias): "an alias"
        }
    }

    /// Whether the value is written as one word, and not as a list or mapping.
    var isScalar: Bool {
        switch content {
        case .variable(let text): !text.hasPrefix("[") && !text.hasPrefix("{")
        case .node(let node): node.scalar != nil
        }
    }

    /// The text of a scalar, its variables filled in.
    ///
    /// - Parameters:
    ///   - constraint: what the value is to be, should it be no scalar.
    ///   - isSecret: whether no part of it may stand in a fault.
    /// - Returns: the text; nil where it is at fault, which is noted.
    func text(_ constraint: String = "text", isSecret: Bool = false) -> String? {
        switch content {
        case .variable(let text):
            return text
        case .node(.scalar(let scalar)):
            do {
                return try VariableExpansion.expand(scalar.string, variable: reading.variable)
            } catch {
                note(error, isSecret: isSecret && !error.isAll(of: scalar.string))
            }
            return nil
        case .node:
            fail(constraint)
            return nil
        }
    }

    private func note(_ fault: VariableExpansion.Fault, isSecret: Bool) {
        // What looks like the name of a variable may be a part of a password.
        guard !isSecret else {
            fail(
                "text in which each ${NAME} is closed and names a variable that is set, and $${ "
                    + "stands for ${",
                got: "(hidden)"
            )
            return
        }
        switch fault {
        case .missing(let name):
            reading.fail(
                place,
                key: path,
                "expected environment variable \(name) to be set (\(path) takes it)"
            )
        case .malformed(let text):
            fail("text in which ${NAME} is closed, and $${ stands for ${", got: text)
        }
    }

    func integer(in range: ClosedRange<Int>) -> Int? {
        let constraint = "between \(range.lowerBound) and \(range.upperBound)"
        guard let text = text(constraint) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            fail(constraint, got: text)
            return nil
        }
        return number
    }

    /// An exact decimal that meets the constraint.
    func amount(_ constraint: String, where isAllowed: (Amount) -> Bool) -> Amount? {
        guard let text = text(constraint) else { return nil }
        guard let amount = try? Amount(text), isAllowed(amount) else {
            fail(constraint, got: text)
            return nil
        }
        return amount
    }

    /// Whether a variable says null, as the file could.
    var isVariableNull: Bool {
        guard case .variable(let text) = content else { return false }
        return ["null", "~"].contains(text)
    }

    /// An ISO 8601 duration in a range, from whichever day it is counted; months only where the
    /// range's end has them.
    ///
    /// - Parameters:
    ///   - least: the range's start.
    ///   - most: the range's end.
    ///   - word: what the caller takes instead, for the fault to name it.
    /// - Returns: the duration; nil where it is at fault, which is noted.
    func duration(
        from least: CalendarDuration,
        to most: CalendarDuration,
        or word: String? = nil
    ) -> CalendarDuration? {
        let choice = word.map { "\($0) or " } ?? ""
        let constraint = "\(choice)a duration between \(least) and \(most)"
        guard let text = text(constraint) else { return nil }
        guard let duration = CalendarDuration(text),
            least.isNeverLonger(than: duration), duration.isNeverLonger(than: most),
            duration.months == 0 || most.months > 0
        else {
            fail(constraint, got: text)
            return nil
        }
        return duration
    }

    /// A moment.
    func moment() -> Timestamp? {
        let constraint = "a time as in RFC 3339, such as 2026-11-01T00:00:00Z"
        guard let text = text(constraint) else { return nil }
        guard let moment = Timestamp(text) else {
            fail(constraint, got: text)
            return nil
        }
        return moment
    }

    /// A number of bytes such as `1048576`, `512MiB` or `1GiB`.
    func byteCount(in range: ClosedRange<ByteCount>) -> ByteCount? {
        let constraint = "between \(range.lowerBound) and \(range.upperBound)"
        guard let text = text(constraint) else { return nil }
        guard let count = ByteCount(text), range.contains(count) else {
            fail(constraint, got: text)
            return nil
        }
        return count
    }

    /// Text without control characters, in bytes of UTF-8.
    func name(maximumLength: Int = 256) -> String? {
        let constraint = "1 to \(maximumLength) bytes without control characters"
        guard let text = text(constraint) else { return nil }
        let isPrintable = text.unicodeScalars.allSatisfy {
            $0.properties.generalCategory != .control
        }
        guard (1...maximumLength).contains(text.utf8.count), isPrintable else {
            fail(constraint, got: isPrintable ? text : "control characters")
            return nil
        }
        return text
    }

    /// One of a few words.
    func choice<Choice>(_ choices: KeyValuePairs<String, Choice>) -> Choice? {
        let constraint = choices.map(\.key).joined(separator: " or ")
        guard let text = text(constraint) else { return nil }
        guard let choice = choices.first(where: { $0.key == text }) else {
            fail(constraint, got: text)
            return nil
        }
        return choice.value
    }

    /// The members of a list, each with its own place.
    func elements() -> [YAMLValue]? {
        guard let node = composed(), let sequence = node.sequence else {
            fail("a list")
            return nil
        }
        return sequence.enumerated().map { index, element in
            YAMLValue(
                content: .node(element),
                place: place(of: element),
                path: "\(path)[\(index)]",
                reading: reading
            )
        }
    }

    /// Reads the keys of a mapping, and faults those that nobody asked for.
    func section<Result>(_ read: (inout YAMLReader) -> Result) -> Result? {
        guard let node = composed(), let mapping = node.mapping else {
            fail("a mapping")
            return nil
        }
        var reader = YAMLReader(mapping, path: path, place: place, reading: reading)
        defer { reader.finish() }
        return read(&reader)
    }

    private func composed() -> Node? {
        switch content {
        case .node(let node): node
        case .variable(let text): try? Parser(yaml: text, encoding: .utf8).singleRoot()
        }
    }

    /// Within a variable there is no place but the variable.
    private func place(of node: Node) -> ConfigurationFault.Place {
        guard case .file = place, let mark = node.mark else { return place }
        return .file(line: mark.line, column: mark.column)
    }
}
