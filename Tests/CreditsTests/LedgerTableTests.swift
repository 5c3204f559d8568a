import Testing

/// The tables themselves: a wrong line must fail, and a line that is no line must not be skipped.
@Suite struct LedgerTableTests {
    @Test(arguments: [
        "grant g1 acme 100 applied balance 99 grant.created changed",
        "grant g1 acme 100 duplicate balance 100 grant.created changed",
        "grant g1 acme 100 rejected balance 0 duplicate_grant command.rejected",
        "grant g1 acme 100 applied balance 100 grant.created",
        "grant g1 acme 100 applied balance 100 grant.created changed low",
        "grant g1 acme 100 applied balance 100 grant.created[g2] changed",
        "grant g1 acme 100 applied balance 100 grant.created changed g1:99",
        "grant g1 acme 100 applied balance 100 grant.created changed overdraft:100",
        "usage u1 acme ? rejected balance 0 insufficient_credits usage.rejected",
        "grant g1 acme 100 applied balance 100 grant.created changed held 1",
        "grant g1 acme 100 applied balance 100 grant.created changed available 99",
        "hold h1 acme 1 rejected balance 0 insufficient_credits hold.rejected[h2]",
        "hold h1 acme 1 rejected balance 0 insufficient_credits command.rejected",
        "hold h1 acme 1 rejected balance 0 unknown_hold hold.rejected",
        "time P1D acme balance 1",
    ])
    func aLineThatIsNotTrueFails(line: String) throws {
        try withKnownIssue {
            try checkLedger(line)
        } matching: {
            // A line that cannot be read would throw, and prove nothing.
            $0.error == nil
        }
    }

    @Test(arguments: [
        "gift g1 acme 100 applied balance 100", "grant g1 acme",
        "grant g1 acme x applied balance 1",
        "grant g1 acme 100 accepted balance 100", "grant g1 acme 100 applied 100",
        "grant g1 acme 100 applied balance 100 grant.made",
        "grant g1 acme 100 colour=red applied balance 100", "usage u1 acme 1 rejected balance 0",
        "configure c1 acme thresholds=101% applied balance 0", "time soon", "time P1D acme",
        "void v1 acme all applied balance 0", "release r1 acme applied balance 0",
        "hold h1 acme 1 after=soon applied balance 0", "hold h1 acme 1 applied balance 0 held",
    ])
    func whatIsNoLineIsNotSkipped(line: String) {
        #expect(throws: LedgerTable.Fault.self) { try checkLedger(line) }
    }
}
