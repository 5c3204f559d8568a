import KafkaIO

/// `kafka`: librdkafka's properties, verbatim.
enum KafkaSection {
    static let defaultGroup = "drawdown"

    /// The one property of librdkafka that is spelt with an underscore.
    private static let underscored = ["log.level": "log_level"]

    static func read(_ reader: inout YAMLReader) -> [String: String] {
        reader.reading.kafkaPlace = reader.place
        var values: [String: YAMLValue] = [:]
        for (key, value) in reader.takeAll() { values[key] = value }
        let variables = reader.reading.takeVariables(below: reader.path).map { variable in
            (variable: variable, key: property(ofVariable: variable.suffix, among: values.keys))
        }
        // What the file says of the same property gives way, in whichever form it stands there: of two
        // names the library would take the one that is set last.
        for (_, key) in variables {
            let name = withoutFileSuffix(key)
            for name in [name, KafkaProperties.otherName(of: name)].compactMap(\.self) {
                values[name] = nil
                values[name + fileSuffix] = nil
            }
        }
        for (variable, key) in variables {
            values[key] = YAMLValue(
                content: .variable(variable.value),
                place: .environment(variable.name),
                path: "\(reader.path).\(key)",
                reading: reader.reading
            )
        }
        var properties: [String: String] = [:]
        for (key, value) in values {
            let isSecret = !isFile(key) && KafkaProperties.mayBeSecret(key)
            guard let text = value.text(isSecret: isSecret) else { continue }
            if isFile(key) {
                let property = withoutFileSuffix(key)
                if values[property] != nil {
                    value.fail("left out beside kafka.\(property)", got: text)
                }
                reader.reading.pendingFiles.append(
                    .init(property: property, path: text, place: value.place, key: value.path)
                )
            } else {
                properties[key] = text
            }
        }
        validate(properties, values, reader)
        return properties.merging(["group.id": defaultGroup]) { given, _ in given }
    }

    private static func validate(
        _ properties: [String: String],
        _ values: [String: YAMLValue],
        _ reader: YAMLReader
    ) {
        for fault in KafkaProperties.validate(properties) {
            let place = values[fault.key]?.place ?? reader.place
            // A name that the library does not know may be a mistyped password's.
            let isUnknown = fault.message.contains("to be a property of librdkafka")
            let message = isUnknown ? withoutValue(fault.message) : fault.message
            reader.reading.fail(place, key: "\(reader.path).\(fault.key)", message)
        }
        let key = "\(reader.path).bootstrap.servers"
        let servers = properties["bootstrap.servers"] ?? properties["metadata.broker.list"] ?? ""
        let isAddress = servers.split(separator: ",").allSatisfy { server in
            server.wholeMatch(of: /\s*([A-Za-z_]+:\/\/)?[^\s:=\/]+(:[0-9]+)?\s*|.*\[.*\].*/) != nil
        }
        // A value that comes from a file is not known yet.
        let isPending = reader.reading.pendingFiles.contains { $0.property == "bootstrap.servers" }
        guard servers.isEmpty || !isAddress, !isPending else { return }
        reader.reading.fail(
            values["bootstrap.servers"]?.place ?? reader.place,
            key: key,
            "expected \(key) to be HOST:PORT of a broker, got: \(servers.isEmpty ? "nothing" : servers)"
        )
    }

    /// Validates values that came from files of their own.
    static func validateContents(
        of files: [ConfigurationReading.PendingFile],
        in properties: [String: String],
        _ reading: ConfigurationReading
    ) {
        for file in files {
            guard let value = properties[file.property] else { continue }
            for fault in KafkaProperties.validate([file.property: value]) {
                reading.fail(file.place, key: file.key, withoutValue(fault.message))
            }
        }
    }

    private static func withoutValue(_ message: String) -> String {
        guard let value = message.firstRange(of: ", got: ") else { return message }
        return message[..<value.lowerBound] + ", got: (hidden)"
    }

    private static let fileSuffix = "_file"
    private static func isFile(_ key: String) -> Bool { key.hasSuffix(fileSuffix) }
    private static func withoutFileSuffix(_ key: String) -> String {
        isFile(key) ? String(key.dropLast(fileSuffix.count)) : key
    }

    /// `SASL_PASSWORD_FILE` → `sasl.password_file`, or the spelling that the file has already.
    private static func property(
        ofVariable suffix: String,
        among known: some Collection<String>
    ) -> String {
        if let same = known.first(where: {
            $0.uppercased().replacing(".", with: "_").replacing("-", with: "_") == suffix
        }) {
            return same
        }
        let isFile = suffix.hasSuffix("_FILE")
        let name = suffix.dropLast(isFile ? fileSuffix.count : 0).lowercased()
            .replacing("_", with: ".")
        return (underscored[name] ?? name) + (isFile ? fileSuffix : "")
    }
}
