import UsageCodec

/// `mappings`: where the events of a topic have their fields, if not under our names.
enum MappingsSection {
    /// - Parameters:
    ///   - reader: the whole file.
    ///   - topics: a mapping for a topic that is not read changes nothing, so it is warned of. It is
    ///     no fault, for one file of mappings may serve workers that read different topics.
    /// - Returns: the mappings without faults, by topic.
    static func read(_ reader: inout YAMLReader, topics: Topics) -> [String: UsageMapping] {
        let mappings = reader.section("mappings") { section -> [String: UsageMapping] in
            var values: [String: YAMLValue] = [:]
            for (topic, value) in section.takeAll() {
                if !topics.usage.contains(topic) {
                    let topics = topics.usage.joined(separator: ", ")
                    value.warn("for a topic of topics.usage (\(topics))", got: topic)
                }
                values[topic] = value
            }
            for topic in topics.usage {
                // Not any name that begins like this one: another topic's may.
                values[topic] = section.valueOrSection(topic, isOurs: false, where: isField)
            }
            return values.compactMapValues(mapping)
        }
        return mappings ?? [:]
    }

    private static func isField(_ suffix: String) -> Bool {
        UsageField.allCases.contains { $0.name.uppercased() == suffix }
    }

    private static func mapping(_ value: YAMLValue) -> UsageMapping? {
        var given: Set<UsageField> = []
        let pointers = value.section { reader in
            UsageField.allCases.reduce(into: [UsageField: JSONPointer]()) { pointers, field in
                guard let value = reader.value(field.name) else { return }
                given.insert(field)
                pointers[field] = pointer(value, of: field)
            }
        }
        guard let pointers else { return nil }
        // Without these every event of the topic would be refused.
        if !given.contains(.usageID) {
            value.fail("given a pointer for usage_id", got: "none")
        }
        if given.isDisjoint(with: [.action, .credits]) {
            value.fail("given a pointer for action or credits", got: "neither")
        }
        return UsageMapping(pointers)
    }

    private static func pointer(_ value: YAMLValue, of field: UsageField) -> JSONPointer? {
        let constraint = "a JSON Pointer (RFC 6901), such as /data/\(field.name)"
        guard let text = value.text(constraint) else { return nil }
        // The whole message is an object, and so can be nothing but the dimensions.
        guard let pointer = JSONPointer(text), !text.isEmpty || field == .dimensions else {
            value.fail(constraint, got: text.isEmpty ? "nothing" : text)
            return nil
        }
        return pointer
    }
}
