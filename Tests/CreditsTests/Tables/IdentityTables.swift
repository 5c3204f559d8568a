import Testing

/// Duplicates, conflicts and refusals (contract §2.1, §2.2).
@Suite struct IdentityTables {
    @Test func theSameUsageIDWithTheSameContentIsADuplicate() throws {
        try checkLedger(
            """
            usage  u1  acme  30                  applied    balance -30   overdrawn changed
            usage  u1  acme  30                  duplicate  balance -30
            usage  u1  acme  30  occurred=PT1H   duplicate  balance -30
            usage  u1  acme  30                  duplicate  balance -30
            """
        )
    }

    @Test func theSameUsageIDWithOtherContentIsAConflictAndTheFirstStays() throws {
        try checkLedger(
            """
            usage  u1  acme         30           applied    balance -30   overdrawn changed
            usage  u1  acme         31           conflict   balance -30   usage.conflict
            usage  u1  acme         30  action=x conflict   balance -30   usage.conflict
            usage  u1  beta         30           conflict   balance 0     usage.conflict
            usage  u1  acme/images  30           conflict   balance 0     usage.conflict
            usage  u1  acme         30           duplicate  balance -30
            """
        )
    }

    @Test func usageIDsAreUniquePerSource() throws {
        try checkLedger(
            """
            defaults thresholds=
            usage  id  acme  1                applied    balance -1   overdrawn changed
            usage  id  acme  1  source=a      applied    balance -2
            usage  id  acme  1  source=b      applied    balance -3
            usage  id  acme  2  source=b      conflict   balance -3   usage.conflict
            usage  bc  acme  1  source=a      applied    balance -4
            usage  c   acme  1  source=ab     applied    balance -5   // a+bc is not ab+c
            usage  bc  acme  1  source=a      duplicate  balance -5
            """
        )
    }

    @Test func usageCommandsAndGrantsHaveSpacesOfTheirOwn() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant      x  acme  10  grant=y         applied  balance 10  grant.created changed
            usage      x  acme  1                   applied  balance 9
            configure  y  acme  overdraft=refuse    applied  balance 9
            usage      y  acme  1                   applied  balance 8
            """
        )
    }

    @Test func commandsAreAppliedOnceAndTheirNotesDoNotCount() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant      g1  acme  10  reference=A   applied    balance 10  grant.created changed
            grant      g1  acme  10  reference=B   duplicate  balance 10
            grant      g1  acme  11  reference=A   conflict   balance 10  command.conflict
            grant      g1  acme  10  priority=1    conflict   balance 10  command.conflict
            grant      g1  beta  10                conflict   balance 0   command.conflict
            configure  g1  acme  overdraft=refuse  conflict   balance 10  command.conflict
            configure  c1  acme  overdraft=refuse  applied    balance 10
            configure  c1  acme  overdraft=refuse  duplicate  balance 10
            configure  c1  acme  overdraft=record  conflict   balance 10  command.conflict
            """
        )
    }

    @Test func aGrantIDIsTakenOnceWhateverTheCommand() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant  c1  acme  10                 applied    balance 10  grant.created changed
            grant  c2  acme  10  grant=c1       rejected   balance 10
                duplicate_grant command.rejected
            grant  c3  acme  10  grant=g3       applied    balance 20  grant.created
            grant  g3  acme  10                 rejected   balance 20
                duplicate_grant command.rejected
            grant  c1  acme  10                 duplicate  balance 20  // the command id goes first
            grant  c3  acme  10  grant=c1       conflict   balance 20  command.conflict
            grant  c4  acme  10  grant=g4 effective=P1D  applied   balance 20  grant.created
            grant  c5  acme  10  grant=g4       rejected   balance 20
                duplicate_grant command.rejected
            """
        )
    }

    @Test func aRefusedCommandDoesNotUseItsIDUp() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant  c1  acme  10  grant=g1   applied    balance 10  grant.created changed
            grant  c2  acme  10  grant=g1   rejected   balance 10  duplicate_grant command.rejected
            grant  c2  acme  10  grant=g1   rejected   balance 10  duplicate_grant command.rejected
            grant  c2  acme  25  grant=g2   applied    balance 35  grant.created[g2]
            grant  c2  acme  25  grant=g2   duplicate  balance 35
            """
        )
    }

    @Test func refusedUsageDoesNotUseItsIDUp() throws {
        try checkLedger(
            """
            defaults thresholds= overdraft=refuse
            usage  u1  acme  30   rejected   balance 0   insufficient_credits usage.rejected
            usage  u1  acme  30   rejected   balance 0   insufficient_credits usage.rejected
            grant  g1  acme  30   applied    balance 30  grant.created changed
            usage  u1  acme  20   applied    balance 10
            usage  u1  acme  20   duplicate  balance 10
            usage  u1  acme  30   conflict   balance 10  usage.conflict
            """
        )
    }

    @Test func usageWithoutARateIsDecidedAnewWhenItHasOne() throws {
        try checkLedger(
            """
            usage  u1  acme  ?   rejected   balance 0    no_rate usage.rejected
            usage  u1  acme  ?   rejected   balance 0    no_rate usage.rejected
            usage  u1  acme  5   applied    balance -5   overdrawn changed
            """
        )
    }

    // What was applied stays applied, whatever rates and limits say today.
    @Test func theIDIsLookedAtBeforeTheRateAndTheBalance() throws {
        try checkLedger(
            """
            defaults thresholds=
            grant      g1  acme  30                 applied    balance 30  grant.created changed
            usage      u1  acme  30                 applied    balance 0   depleted grant.depleted
            configure  c1  acme  overdraft=refuse   applied    balance 0
            usage      u1  acme  30                 duplicate  balance 0
            usage      u1  acme  31                 conflict   balance 0   usage.conflict
            usage      u1  acme  ?                  conflict   balance 0   usage.conflict
            """
        )
    }

    @Test func anEventOfZeroCreditsUsesItsIDUp() throws {
        try checkLedger(
            """
            usage  u1  acme  0   applied    balance 0
            usage  u1  acme  0   duplicate  balance 0
            usage  u1  acme  1   conflict   balance 0   usage.conflict
            """
        )
    }

    @Test func aConflictSaysSoEachTime() throws {
        try checkLedger(
            """
            usage  u1  acme  1   applied    balance -1   overdrawn changed
            usage  u1  acme  2   conflict   balance -1   usage.conflict
            usage  u1  acme  2   conflict   balance -1   usage.conflict
            """
        )
    }
}
