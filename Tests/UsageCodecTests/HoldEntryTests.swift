@testable import Credits
import Testing
import UsageCodec

/// Entries of holds as contract §2.3 writes them, from the input on.
@Suite struct HoldEntryTests {
    @Test(arguments: [
        (EntryType.holdPlaced, #""usage_id":null,"source":null,"command_id":"cmd_2","#),
        (.holdCaptured, #""usage_id":"img_12346","source":"eu","command_id":null,"#),
        (.holdReleased, #""usage_id":null,"source":null,"command_id":"cmd_3","#),
        (.holdExpired, #""usage_id":null,"source":null,"command_id":null,"#),
    ])
    func anEntryNamesTheInputThatMadeIt(_ type: EntryType, input: String) throws {
        let commit = SampleCommit.whole()
        let entry = try #require(commit.entries.first { $0.type == type })
        var writer = JSONWriter()
        writer.writeEntry(
            entry,
            of: commit,
            hash: SampleCommit.hash,
            names: EntryNames { _, _ in nil }
        )
        let text = String(decoding: writer.bytes, as: UTF8.self)
        #expect(
            text.contains(
                #""amount":"0","balance_before":"4.5","balance_after":"4.5","allocations":[],"#
                    + input + #""action":null,"quantity":null,"dimensions":null,"rate":null,"#
            ),
            "\(text)"
        )
        #expect(text.contains(#""origin":null"#) == (type == .holdExpired))
    }
}
