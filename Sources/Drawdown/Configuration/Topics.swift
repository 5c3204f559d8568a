/// `topics`: what is read and what is written.
struct Topics: Equatable, Sendable {
    /// At least one; usage events.
    var usage = ["usage.events"]
    var commands = "credits.commands"
    var triggers = "webhook.triggers"
    var deadLetters = "usage.dead-letters"

    mutating func read(_ reader: inout YAMLReader) {
        var given: [(name: String, value: YAMLValue)] = []
        if let value = reader.value("usage") {
            let values = value.isScalar ? [value] : value.elements()
            if values?.isEmpty == true { value.fail("at least one topic", got: "none") }
            given = values?.compactMap(Self.topic) ?? []
            if !given.isEmpty { usage = given.map(\.name) }
        }
        given += [
            Self.read(&reader, "commands", into: &commands),
            Self.read(&reader, "triggers", into: &triggers),
            Self.read(&reader, "dead_letters", into: &deadLetters),
        ].compactMap(\.self)
        faultShared(given)
    }

    private static func read(
        _ reader: inout YAMLReader,
        _ key: String,
        into name: inout String
    ) -> (name: String, value: YAMLValue)? {
        let topic = reader.value(key).flatMap(Self.topic)
        if let topic { name = topic.name }
        return topic
    }

    private static func topic(_ value: YAMLValue) -> (name: String, value: YAMLValue)? {
        let constraint = "a topic's name (1 to 249 of A–Z a–z 0–9 . _ -)"
        guard let name = value.text(constraint) else { return nil }
        guard name.wholeMatch(of: /[A-Za-z0-9._-]{1,249}/) != nil, name != ".", name != ".." else {
            value.fail(constraint, got: name)
            return nil
        }
        return (name, value)
    }

    /// A topic that is both read and written would feed the worker with its own words.
    private func faultShared(_ given: [(name: String, value: YAMLValue)]) {
        let all = usage + [commands, triggers, deadLetters]
        var first: Set<String> = []
        for (name, value) in given {
            let isShared = all.count { $0 == name } > 1
            // Of those that were given the first may keep it, unless a key that was left out has it.
            let isDefault = all.count { $0 == name } > given.count { $0.name == name }
            guard isShared, isDefault || !first.insert(name).inserted else { continue }
            value.fail("a topic that no other key of topics names", got: name)
        }
    }
}
