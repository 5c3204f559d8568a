/// A message of the demo, ready to be produced.
struct DemoMessage: Hashable, Sendable {
    enum Topic: Sendable {
        case usage
        case commands
    }

    let topic: Topic
    /// The customer.
    let key: String
    let value: [UInt8]
}

/// A usage event of the demo.
struct DemoUsage: Hashable, Sendable {
    let id: String
    /// Index into the demo's customers.
    let customer: Int
    let action: String
    /// In thousandths; nil leaves it out, which means 1.
    var quantity: Int?
    /// A price of its own.
    var credits: DemoCredits?
    /// Names with values that are JSON already.
    let dimensions: [(name: String, json: String)]
    /// Some producers rely on the key alone.
    let namesCustomer: Bool

    static func == (left: DemoUsage, right: DemoUsage) -> Bool { left.id == right.id }
    func hash(into hasher: inout Hasher) { hasher.combine(id) }

    func message(from customer: String) -> DemoMessage {
        var json = DemoJSON()
        json.add("usage_id", text: id)
        if namesCustomer { json.add("customer_id", text: customer) }
        json.add("action", text: action)
        if let quantity {
            json.add("quantity", text: "\(DemoCredits(thousandths: quantity).amount)")
        }
        if let credits { json.add("credits", text: "\(credits.amount)") }
        if !dimensions.isEmpty {
            var object = DemoJSON()
            for dimension in dimensions { object.add(dimension.name, json: dimension.json) }
            json.add("dimensions", json: object.text)
        }
        return DemoMessage(topic: .usage, key: customer, value: Array(json.text.utf8))
    }
}

/// Writes one JSON object of words that need no escaping.
struct DemoJSON {
    private var members = ""

    mutating func add(_ name: String, text: String) {
        add(name, json: "\"\(text)\"")
    }

    mutating func add(_ name: String, json: String) {
        if !members.isEmpty { members += "," }
        members += "\"\(name)\":\(json)"
    }

    /// Adds the members of another object.
    mutating func append(_ other: DemoJSON) {
        guard !other.members.isEmpty else { return }
        if !members.isEmpty { members += "," }
        members += other.members
    }

    var text: String { "{\(members)}" }
}
