import Credits
import Crypto

/// Makes the ids of triggers, as ASCII text: functions of what happened.
///
/// An id never depends on where an input stood, on time or on the store, so a trigger that is made or
/// published again has the id that its receiver knows.
struct TriggerIDs {
    /// Used again for each.
    private var form = CanonicalForm()

    mutating func id(
        of trigger: Trigger,
        customerID: Span<UInt8>,
        creditType: Span<UInt8>
    ) -> ID {
        fill(trigger, customerID, creditType)
        return ID(form.digest())
    }

    private mutating func fill(
        _ trigger: Trigger,
        _ customerID: Span<UInt8>,
        _ creditType: Span<UInt8>
    ) {
        let type = trigger.type.name
        // Nearly all, and asked for alone: to take a payload out copies the trigger.
        if case .change = trigger.payload {
            form.restart(with: type.utf8.span, customerID, creditType)
            form.append(trigger.sequence)
            return
        }
        if case .refused(let input) = trigger.payload {
            form.restart(with: type.utf8.span)
            form.append(input.source)
            form.append(input.id)
            form.append(input.customerID)
            form.append(input.fingerprint)
            form.append(input.code.name)
            return
        }
        form.restart(with: type.utf8.span, customerID, creditType)
        switch trigger.payload {
        case .change, .crossing, .passedZero, .reversal: form.append(trigger.sequence)
        case .grant(let grant):
            // One grant may be used up again after a reversal, one entry may use up several grants.
            form.append(trigger.sequence)
            form.append(grant.terms.grantID)
        case .notice(let grant, let dueAt):
            form.append(grant.terms.grantID)
            // Not the sequence, for time may bring it before or after an entry of the same moment.
            form.append(UInt64(bitPattern: dueAt.microseconds))
        case .topUpRequest(let request): form.append(request.requestID)
        case .topUpSuspension(let reason, let request):
            form.append(reason.name)
            form.append(request?.requestID ?? "")
            // An entry reaches the cap, perhaps again after `configure`; only time leaves a request
            // unanswered, and does so once.
            if reason == .capReached { form.append(trigger.sequence) }
        case .hold(let hold):
            // Neither placed nor ended twice, so the account's own id of it is enough.
            form.append(hold.holdID)
        case .refusedHold(let hold, let input):
            form.append(hold.holdID)
            form.append(input.id)
            form.append(input.fingerprint)
        // Has a form of its own, above.
        case .refused: break
        }
    }

    /// Texts with their length and numbers in eight bytes, little endian: no two lists of values
    /// have the same bytes.
    private struct CanonicalForm {
        private var bytes: [UInt8] = []

        mutating func restart(with text: Span<UInt8>) {
            bytes.removeAll(keepingCapacity: true)
            append(text)
        }

        /// Begins with three texts: in one step, for nearly every form has them.
        mutating func restart(with a: Span<UInt8>, _ b: Span<UInt8>, _ c: Span<UInt8>) {
            bytes.removeAll(keepingCapacity: true)
            bytes.append(addingCapacity: 24 + a.count + b.count + c.count) { output in
                output.append(counted: a)
                output.append(counted: b)
                output.append(counted: c)
            }
        }

        mutating func append(_ text: String) { append(text.utf8.span) }

        mutating func append(_ text: Span<UInt8>) {
            bytes.append(addingCapacity: 8 + text.count) { $0.append(counted: text) }
        }

        mutating func append(_ number: UInt64) {
            bytes.append(addingCapacity: 8) { $0.append(littleEndian: number) }
        }

        /// The first half of the bytes' SHA-256.
        func digest() -> Digest {
            var hasher = SHA256()
            unsafe bytes.withUnsafeBytes { unsafe hasher.update(bufferPointer: $0) }
            // Safe: a digest has 32 bytes, and any 16 of them are two numbers.
            return unsafe hasher.finalize().withUnsafeBytes { digest in
                unsafe digest.loadUnaligned(as: Digest.self)
            }
        }
    }
}

extension TriggerIDs {
    typealias Digest = InlineArray<2, UInt64>

    /// An id: 36 bytes of ASCII.
    struct ID: BitwiseCopyable {
        /// Bytes of each.
        static let count = 36
        /// The hexadecimal digits, as they lie in memory.
        private let digits: InlineArray<4, UInt64>

        init(_ digest: Digest) {
            digits = [
                Self.digits(of: digest[0].bigEndian >> 32), Self.digits(of: digest[0].bigEndian),
                Self.digits(of: digest[1].bigEndian >> 32), Self.digits(of: digest[1].bigEndian),
            ]
        }

        @inline(__always)
        @_lifetime(output: copy output)
        func write(to output: inout OutputSpan<UInt8>) {
            output.append("evt_" as StaticString)
            // Safe: the numbers have no padding.
            unsafe withUnsafeBytes(of: digits) { unsafe output.append($0) }
        }

        /// The eight digits of the low 32 bits, the first one in the first byte.
        @inline(__always)
        private static func digits(of number: UInt64) -> UInt64 {
            var digits = number & 0xffff_ffff
            digits = (digits | digits << 16) & 0x0000_ffff_0000_ffff
            digits = (digits | digits << 8) & 0x00ff_00ff_00ff_00ff
            digits = (digits | digits << 4) & 0x0f0f_0f0f_0f0f_0f0f
            let letters = (digits &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
            let fromDigitToLetter = UInt64(UInt8(ascii: "a") - 10 - UInt8(ascii: "0"))
            return (digits &+ 0x3030_3030_3030_3030 &+ letters &* fromDigitToLetter).bigEndian
        }
    }
}

extension OutputSpan<UInt8> {
    @inline(__always)
    @_lifetime(self: copy self)
    fileprivate mutating func append(counted text: Span<UInt8>) {
        append(littleEndian: UInt64(text.count))
        append(text)
    }

    @inline(__always)
    @_lifetime(self: copy self)
    fileprivate mutating func append(littleEndian number: UInt64) {
        unsafe withUnsafeBytes(of: number.littleEndian) { unsafe append($0) }
    }
}
