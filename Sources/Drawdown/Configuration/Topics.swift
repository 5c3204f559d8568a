/// `topics`: what is read and what is written.
struct Topics: Equatable, Sendable {
    /// At least one; usage events.
    var usage = ["usage.events"]
    var commands = "credits.commands"
    var triggers = "webhook.triggers"
    var deadLetters = "usage.dead-letters"

    mutating func read(_ reader: inout YAMLReader) {
        var owners: [String: String] = [:]
        readUsage(&reader, &owners)
        commands = Self.topic(&reader, "commands", &owners) ?? commands
        triggers = Self.topic(&reader, "triggers", &owners) ?? triggers
        deadLetters = Self.topic(&reader, "dead_letters", &owners) ?? deadLetters
        faultSharedDefaults(reader, owners)
    }

    private mutating func readUsage(_ reader: inout YAMLReader, _ owners: inout [String: String]) {
        guard let value = reader.value("usage") else { return }
        let values = value.isScalar ? [value] : value.elements() ?? []
        if values.isEmpty, !value.isScalar { value.fail("at least one topic", got: "none") }
        let names = values.compactMap { Self.claim($0, &owners) }
        if !names.isEmpty { usage = names }
    }

    private static func topic(
        _ reader: inout YAMLReader, _ key: String, _ owners: inout [String: String]
    ) -> String? {
        reader.value(key).flatMap { claim($0, &owners) }
    }

    /// A topic that is both read and written would feed the worker with its own words.
    private static func claim(_ value: YAMLValue, _ owners: inout [String: String]) -> String? {
        let constraint = "a topic's name (1 to 249 of A–Z a–z 0–9 . _ -)"
        guard let name = value.text(constraint) else { return nil }
        guard name.wholeMatch(of: /[A-Za-z0-9._-]{1,249}/) != nil, name != ".", name != ".." else {
            value.fail(constraint, got: name)
            return nil
        }
        if let owner = owners[name] {
            value.fail("another topic than \(owner)", got: name)
            return nil
        }
        owners[name] = value.path
        return name
    }

    /// A name that was given may be the default of a key that was left out.
    private func faultSharedDefaults(_ reader: YAMLReader, _ owners: [String: String]) {
        let all = usage + [commands, triggers, deadLetters]
        for name in Set(all) where all.filter({ $0 == name }).count > 1 {
            guard let owner = owners[name] else { continue }
            reader.reading.fail(
                reader.place, key: owner,
                "expected \(owner) to be another topic than the default of a key left out, "
                    + "got: \(name)")
        }
    }
}
