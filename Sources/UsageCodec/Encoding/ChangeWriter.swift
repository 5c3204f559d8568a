import Credits

/// Writes the values of `credit_balance.changed`, which nearly all triggers are: straight on, and
/// in one reservation.
struct ChangeWriter {
    /// From the type to the customer, the same for all of a commit.
    private let time: [UInt8]
    /// The list of reasons that was written last; most triggers of a commit have the same.
    private var reasons: (bits: UInt32, json: [UInt8])
    /// Bytes of all that is not a name, at most: 330 of names of members and punctuation, the id,
    /// the type, the time, six amounts and four numbers.
    private static let capacity = 1024

    /// - Parameter recordedAt: the commit's time, as a JSON string.
    init(recordedAt: Span<UInt8>) {
        var json = JSONWriter()
        json.append("\",\"timestamp\":".utf8.span)
        json.append(recordedAt)
        json.append(",\"customer_id\":".utf8.span)
        time = json.bytes
        reasons = (0, Array("[]".utf8))
    }

    mutating func write(
        _ change: BalanceChange,
        of trigger: Trigger,
        _ id: TriggerIDs.ID,
        _ customerID: Span<UInt8>,
        _ creditType: Span<UInt8>,
        to json: inout JSONWriter
    ) {
        if reasons.bits != change.reasons { reasons = (change.reasons, Self.list(change)) }
        // Room for names of which each byte needs an escape: looking would cost more.
        let capacity =
            Self.capacity + 6 * (customerID.count + creditType.count) + reasons.json.count
        let balance = trigger.balance
        // Nil only for a swing across nearly the whole range, which is no amount.
        let delta = balance.ledger.subtracting(change.previousBalance)
        json.append(addingCapacity: capacity) { output in
            output.append(TriggerEncoder.opening)
            id.write(to: &output)
            output.append("\",\"type\":\"" as StaticString)
            output.append(trigger.type.name.utf8.span)
            output.append(time.span)
            output.append(quoted: customerID)
            output.append(",\"credit_type\":" as StaticString)
            output.append(quoted: creditType)
            output.append(",\"sequence\":" as StaticString)
            output.append(digitsOf: trigger.sequence)
            output.append(",\"data\":{\"balance\":{\"ledger\":\"" as StaticString)
            balance.ledger.write(to: &output)
            output.append("\",\"available\":\"" as StaticString)
            balance.available.write(to: &output)
            output.append("\",\"held\":\"" as StaticString)
            balance.held.write(to: &output)
            output.append("\",\"overdraft\":\"" as StaticString)
            balance.overdraft.write(to: &output)
            output.append("\"},\"previous_balance\":\"" as StaticString)
            change.previousBalance.write(to: &output)
            if let delta {
                output.append("\",\"delta\":\"" as StaticString)
                delta.write(to: &output)
                output.append("\",\"first_sequence\":" as StaticString)
            } else {
                output.append("\",\"delta\":null,\"first_sequence\":" as StaticString)
            }
            output.append(digitsOf: change.firstSequence)
            output.append(",\"last_sequence\":" as StaticString)
            output.append(digitsOf: trigger.sequence)
            output.append(",\"entries\":" as StaticString)
            output.append(digitsOf: change.entries)
            output.append(",\"reasons\":" as StaticString)
            output.append(reasons.json.span)
            output.append("}}" as StaticString)
        }
    }

    private static func list(_ change: BalanceChange) -> [UInt8] {
        var json = JSONWriter()
        json.array { list in
            for type in change.reasonTypes { list.string(type.name) }
        }
        return json.bytes
    }
}
