import Credits
import Testing

@Suite("Elements by group")
struct GroupIndexTests {
    @Test func eachGroupHasItsElementsInOrder() {
        let index = GroupIndex([2, 0, 2, 3, 0, 2], count: 5)
        #expect(index.order == [1, 4, 0, 2, 5, 3])
        let groups = (0..<5).map { Array(index.order[index[$0]]) }
        #expect(groups == [[1, 4], [], [0, 2, 5], [3], []])
    }

    @Test func whatIsInNoGroupIsLeftOut() {
        let index = GroupIndex([-1, 1, -1, 0], count: 2)
        #expect(index.order == [3, 1])
    }

    @Test func nothingIsInNoGroups() {
        #expect(GroupIndex([], count: 0).order.isEmpty)
        #expect(GroupIndex([], count: 3)[2].isEmpty)
    }
}
