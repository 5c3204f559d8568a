import Credits
import Crypto

/// The id of a trigger, as its ASCII text: a function of what happened.
///
/// It never depends on where an input stood, on time or on the store, so a trigger that is made or
/// published again has the id that its receiver knows.
enum TriggerID {
    static func text(of trigger: Trigger, customerID: String, creditType: String) -> [UInt8] {
        var form = CanonicalForm()
        form.append(trigger.type.name)
        switch trigger.payload {
        case .change, .crossing, .passedZero:
            form.append(customerID)
            form.append(creditType)
            form.append(trigger.sequence)
        case .grant(let grant):
            form.append(customerID)
            form.append(creditType)
            // One grant may be used up again after a reversal, one entry may use up several grants.
            form.append(trigger.sequence)
            form.append(grant.terms.grantID)
        case .notice(let grant, let dueAt):
            form.append(customerID)
            form.append(creditType)
            form.append(grant.terms.grantID)
            // Not the sequence, for time may bring it before or after an entry of the same moment.
            form.append(UInt64(bitPattern: dueAt.microseconds))
        case .reversal:
            form.append(customerID)
            form.append(creditType)
            form.append(trigger.sequence)
        case .topUpRequest(let request):
            form.append(customerID)
            form.append(creditType)
            form.append(request.requestID)
        case .topUpSuspension(let reason, let request):
            form.append(customerID)
            form.append(creditType)
            form.append(reason.name)
            form.append(request?.requestID ?? "")
            // An entry reaches the cap, perhaps again after `configure`; only time leaves a request
            // unanswered, and does so once.
            if reason == .capReached { form.append(trigger.sequence) }
        case .hold(let hold):
            form.append(customerID)
            form.append(creditType)
            // Neither placed nor ended twice, so the account's own id of it is enough.
            form.append(hold.holdID)
        case .refusedHold(let hold, let input):
            form.append(customerID)
            form.append(creditType)
            form.append(hold.holdID)
            form.append(input.id)
            form.append(input.fingerprint)
        case .refused(let input):
            form.append(input.source)
            form.append(input.id)
            form.append(customerID)
            form.append(input.fingerprint)
            form.append(input.code.name)
        }
        var text: [UInt8] = []
        text.reserveCapacity(36)
        text.append(contentsOf: "evt_".utf8)
        unsafe SHA256.hash(data: form.bytes).withUnsafeBytes { digest in
            unsafe Hexadecimal.append(digest.prefix(16), to: &text)
        }
        return text
    }

    /// Texts with their length and numbers in eight bytes, little endian: no two lists of values
    /// have the same bytes.
    private struct CanonicalForm {
        private(set) var bytes: [UInt8] = []

        init() {
            bytes.reserveCapacity(128)
        }

        mutating func append(_ text: String) {
            append(UInt64(text.utf8.count))
            bytes.append(contentsOf: text.utf8)
        }

        mutating func append(_ number: UInt64) {
            unsafe withUnsafeBytes(of: number.littleEndian) { unsafe bytes.append(contentsOf: $0) }
        }
    }
}
