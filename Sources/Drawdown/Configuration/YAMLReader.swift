import Credits
import Yams

/// Reads one mapping of the configuration, key by key.
///
/// Asking for a key makes it known: whatever nobody asked for is a fault, so that no key is ever
/// ignored silently.
struct YAMLReader {
    private struct Entry {
        let key: String
        let place: ConfigurationFault.Place
        let value: Node
    }

    let path: String
    let place: ConfigurationFault.Place
    let reading: ConfigurationReading
    private var entries: [Entry] = []
    private var asked: [String] = []

    /// Reads no mapping: only variables may give values.
    init(path: String, place: ConfigurationFault.Place, reading: ConfigurationReading) {
        self.path = path
        self.place = place
        self.reading = reading
    }

    init(
        _ mapping: Node.Mapping,
        path: String,
        place: ConfigurationFault.Place,
        reading: ConfigurationReading
    ) {
        self.init(path: path, place: place, reading: reading)
        for (key, value) in mapping {
            let keyPlace: ConfigurationFault.Place =
                if case .file = place, let mark = key.mark {
                    .file(line: mark.line, column: mark.column)
                } else {
                    place
                }
            guard let name = key.scalar?.string else {
                reading.fail(
                    keyPlace,
                    key: path,
                    "expected a key to be text, got: a list or mapping"
                )
                continue
            }
            entries.append(Entry(key: name, place: keyPlace, value: value))
        }
    }

    private func path(of key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    /// The value of a key; nil where it is left out or null.
    mutating func value(_ key: String) -> YAMLValue? {
        value(key, isSupported: true)
    }

    // `isOurs` is false for a key that whoever writes the file chooses.
    private mutating func value(
        _ key: String,
        isSupported: Bool,
        isOurs: Bool = true
    ) -> YAMLValue? {
        asked.append(key)
        let path = path(of: key)
        if isOurs { reading.note(path, isSupported: isSupported) }
        if let variable = reading.takeVariable(for: path) {
            return YAMLValue(
                content: .variable(variable.value),
                place: .environment(variable.name),
                path: path,
                reading: reading
            )
        }
        guard let entry = entries.first(where: { $0.key == key }), !Self.isNull(entry.value) else {
            return nil
        }
        return YAMLValue(
            content: .node(entry.value),
            place: entry.place,
            path: path,
            reading: reading
        )
    }

    /// The value of a key that has no default; nil after the fault is noted.
    mutating func required(_ key: String, _ constraint: String) -> YAMLValue? {
        if let value = value(key) { return value }
        let path = path(of: key)
        reading.fail(place, key: path, "expected \(path) to be \(constraint), got: nothing")
        return nil
    }

    /// Reads a section's keys, also where the file has no such section but variables may.
    @discardableResult
    mutating func section<Result>(
        _ key: String,
        _ read: (inout YAMLReader) -> Result
    ) -> Result? {
        if let value = value(key) { return value.section(read) }
        var reader = YAMLReader(path: path(of: key), place: place, reading: reading)
        return read(&reader)
    }

    /// The value of a key that has keys of its own, or is one word.
    ///
    /// Where the file has no such keys and a variable gives one of them, they are what counts: without
    /// that the variable would change nothing, and a limit that somebody relies on would not be there.
    mutating func valueOrSection(
        _ key: String,
        isOurs: Bool = true,
        where isKey: (String) -> Bool = { _ in true }
    ) -> YAMLValue? {
        let given = value(key, isSupported: true, isOurs: isOurs)
        guard given?.isScalar != false, let section = variableSection(key, where: isKey)
        else { return given }
        guard case .variable? = given?.content, case .environment(let name)? = given?.place else {
            return section
        }
        section.fail("given by one variable or by those of its keys", got: "\(name) as well")
        _ = reading.takeVariables(below: section.path)
        return given
    }

    /// A section that the file has not, and whose keys variables give; nil where none does.
    private func variableSection(
        _ key: String,
        where isKey: (String) -> Bool
    ) -> YAMLValue? {
        let path = path(of: key)
        guard let name = reading.firstVariable(below: path, where: isKey) else { return nil }
        return YAMLValue(
            content: .variable("{}"),
            place: .environment(name),
            path: path,
            reading: reading
        )
    }

    /// Refuses a key that has a name already and no meaning yet, and those below it.
    mutating func refuse(_ key: String) {
        let path = path(of: key)
        let value = value(key, isSupported: false)
        let variables = reading.takeVariables(below: path).map(\.name)
        let places = variables.map(ConfigurationFault.Place.environment)
        for place in (value.map { [$0.place] } ?? []) + places {
            reading.fail(place, key: path, "\(path) is not supported in this version")
        }
    }

    /// Every key of a section whose keys are not ours to know; those that are null count as left out,
    /// unless they are asked for.
    mutating func takeAll(withNull: Bool = false) -> [(key: String, value: YAMLValue)] {
        asked += entries.map(\.key)
        return entries.filter { withNull || !Self.isNull($0.value) }.map { entry in
            let value = YAMLValue(
                content: .node(entry.value),
                place: entry.place,
                path: path(of: entry.key),
                reading: reading
            )
            return (entry.key, value)
        }
    }

    /// Faults the keys that nobody asked for.
    func finish() {
        for entry in entries where !asked.contains(entry.key) {
            let hint = NearestName.hint(for: entry.key, among: asked)
            reading.fail(
                entry.place,
                key: path(of: entry.key),
                "unknown key \"\(entry.key)\"\(hint)"
            )
        }
    }

    /// Whether the file has the key and says null, which matters only where null is a choice.
    func isGivenAsNull(_ key: String) -> Bool {
        entries.contains { $0.key == key && Self.isNull($0.value) }
    }

    /// Reads a duration that null lifts, whatever its default is.
    mutating func read(
        _ key: String,
        orNullInto duration: inout CalendarDuration?,
        from least: CalendarDuration = .zero,
        to most: CalendarDuration
    ) {
        guard let value = value(key) else {
            if isGivenAsNull(key) { duration = nil }
            return
        }
        if value.isVariableNull {
            duration = nil
        } else if let read = value.duration(from: least, to: most, or: "null") {
            duration = read
        }
    }

    private static func isNull(_ node: Node) -> Bool {
        guard let scalar = node.scalar, scalar.style == .plain else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }
}

extension YAMLReader {
    mutating func read(_ key: String, into integer: inout Int, in range: ClosedRange<Int>) {
        if let value = value(key)?.integer(in: range) { integer = value }
    }

    mutating func read(
        _ key: String,
        into count: inout ByteCount,
        in range: ClosedRange<ByteCount>
    ) {
        if let value = value(key)?.byteCount(in: range) { count = value }
    }

    mutating func read(
        _ key: String,
        into duration: inout CalendarDuration,
        from least: CalendarDuration = .zero,
        to most: CalendarDuration
    ) {
        if let value = value(key)?.duration(from: least, to: most) { duration = value }
    }
}
