import Credits
import LedgerStore
import Testing

@Suite("Account checkpoint")
struct AccountCheckpointTests {
    /// An account with two holds, the later one placed first.
    private var account: Account {
        var state = Account.State()
        state.customerID = "acme"
        state.creditType = "credits"
        state.number = 3
        state.sequence = 9
        state.lastCommit = 5
        state.holds = ["h1", "h2"].enumerated().map { index, id in
            Hold(
                holdID: id,
                credits: Amount(whole: Int64(index + 1)),
                placedAt: Sample.moment,
                expiresAt: Sample.moment.advanced(byMicroseconds: Int64(index))
            )
        }
        return Account(restoring: state)
    }

    private func written() -> [UInt8] {
        var bytes: [UInt8] = []
        AccountCheckpoint.append(account, at: 7, to: &bytes)
        return bytes
    }

    private func read(_ bytes: [UInt8]) -> (account: Account, commit: UInt64)? {
        var reader = ByteReader(bytes.span)
        return AccountCheckpoint.next(&reader)
    }

    @Test func anAccountComesBackWithItsHoldsAndTheirSum() throws {
        let restored = try #require(read(written()))
        #expect(restored.account == account)
        #expect(restored.commit == 7)
        #expect(restored.account.holds.map(\.holdID) == ["h1", "h2"])
        #expect(restored.account.held == Amount(whole: 3))
    }

    @Test func anotherVersionIsRefused() {
        for version: UInt8 in [0, 1, 2, 3, 5] {
            var bytes = written()
            bytes[0] = version
            #expect(read(bytes) == nil)
        }
    }

    @Test func anyTruncationIsRefused() {
        let bytes = written()
        for count in 0..<bytes.count { #expect(read(Array(bytes.prefix(count))) == nil) }
    }

    @Test func whereTopUpsStandComesBack() throws {
        let request = TopUpRequest(
            requestID: "topup_1",
            credits: Amount(whole: 50),
            threshold: Amount(whole: -7),
            sequence: 9,
            attempt: 2,
            requestedAt: Sample.moment,
            answerBy: .latest,
            window: TopUpWindow(start: .earliest, count: 3, credits: Sample.amount("0.5"))
        )
        for isPending in [true, false] {
            var state = account.state
            state.topUp.request = request
            state.topUp.isPending = isPending
            state.topUp.suspension = isPending ? nil : .notAnswered
            var bytes: [UInt8] = []
            AccountCheckpoint.append(Account(restoring: state), at: 7, to: &bytes)
            #expect(try #require(read(bytes)).account.topUp == state.topUp)
        }
    }

    @Test func anAnswerThatNobodyAskedForIsNotWaitedFor() {
        var state = account.state
        state.topUp.isPending = true
        var bytes: [UInt8] = []
        AccountCheckpoint.append(Account(restoring: state), at: 7, to: &bytes)
        #expect(read(bytes) == nil)
    }
}
