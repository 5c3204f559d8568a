import Credits
import Synchronization
import UsageCodec

/// Reads the bodies of commands as the worker will read the records, so that both say the same of
/// what is malformed.
final class CommandIntake: Sendable {
    /// A command as it is to be published.
    struct Prepared: Equatable {
        let customerID: [UInt8]
        let commandID: String
        let value: [UInt8]
    }

    private let decoder: Mutex<InputDecoder>

    init(rates: RateBook, bodyLimit: Int) {
        decoder = Mutex(
            InputDecoder(
                // Ids are not looked up here, so any key does.
                hashKey: HashKey(first: 0, second: 0),
                rates: rates,
                limits: DecodeLimits(maximumBytes: bodyLimit)
            )
        )
    }

    /// Checks a body, and completes it by the key that the client sent in its header.
    ///
    /// - Throws: ``Problem``: what a worker would refuse as invalid, whether its id was used or not;
    ///   nothing is published.
    func prepare(
        _ body: [UInt8],
        idempotencyKey: String?,
        at moment: Timestamp
    ) throws(Problem) -> Prepared {
        var value = body
        var batch = decode(value, at: moment)
        if let idempotencyKey, batch.invalid.first?.refusal.isMissingCommandID == true {
            value = decoder.withLock { $0.completing(body, commandID: idempotencyKey) } ?? body
            batch = decode(value, at: moment)
        }
        if let refusal = batch.invalid.first?.refusal { throw .refused(refusal) }
        guard let command = batch.commands.first else {
            throw .refused(Refusal(.invalidJSON, message: "expected a command"))
        }
        if let idempotencyKey, idempotencyKey != command.commandID {
            throw .invalid(
                "Idempotency-Key",
                "to be the command_id of the body, or either of them to be left out",
                got: idempotencyKey
            )
        }
        let account = batch.accounts[Int(command.account)]
        return Prepared(
            customerID: Array(batch.bytes[account.customerID.range]),
            commandID: command.commandID,
            value: value
        )
    }

    private func decode(_ value: [UInt8], at moment: Timestamp) -> InputBatch {
        var batch = InputBatch(cluster: "")
        decoder.withLock { decoder in
            decoder.decode(
                .command,
                key: nil,
                value: value.span,
                headers: [],
                timestamp: moment,
                origin: .time,
                into: &batch
            )
        }
        return batch
    }

}

extension Refusal {
    fileprivate var isMissingCommandID: Bool { code == .missingField && field == "command_id" }
}
