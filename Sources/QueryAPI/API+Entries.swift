import Credits
import LedgerStore
import UsageCodec

extension API {
    /// `GET /v1/customers/{customer_id}/entries`: newest first.
    ///
    /// A page takes bounded time: where entries of a type are rare it may have few or none, and yet a
    /// next one.
    func entries(_ call: Call) throws -> Answer {
        let account = try account(call)
        let limit = try call.limit
        let before = try call.cursor { if case .entry(let value) = $0 { value } else { nil } }
        let page = try reader.page(
            of: account,
            before: before,
            type: try call.entryType,
            limit: limit
        )
        let names = names(for: account)
        return .json { json in
            json.arrayMember("entries") { json in
                for record in page.records { json.writeEntry(record, names) }
            }
            json.member("next_cursor", orNull: page.next.map { Cursor.entry($0).text })
        }
    }

    /// `GET /v1/usage/{usage_id}`: the entry that this usage made.
    func usage(_ call: Call) throws -> Answer {
        let usageID = try call.path("usage_id")
        let source = try call.source
        guard let record = try reader.usageEntry(usageID: usageID, source: source) else {
            throw Problem.unknownUsage(usageID, source: source)
        }
        let group = record.sealed.commit.groups[Int(record.entry.group)]
        let names = names(for: reader.account(number: group.number))
        return .jsonValue { $0.writeEntry(record, names) }
    }

    /// Entries name grants by their ordinal, answers by the id that people know.
    func names(for account: Account?) -> EntryNames {
        let grantIDs = Dictionary(
            (account?.grants ?? []).map { ($0.ordinal, $0.terms.grantID) },
            uniquingKeysWith: { first, _ in first }
        )
        return EntryNames { _, ordinal in grantIDs[ordinal] }
    }
}

extension JSONWriter {
    mutating func writeEntry(_ record: EntryRecord, _ names: EntryNames) {
        let sealed = record.sealed
        writeEntry(record.entry, of: sealed.commit, hash: sealed.hash, names: names)
    }
}
