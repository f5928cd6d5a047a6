namespace Ballast.Lab;

/// <summary>An arm in its place among all.</summary>
/// <param name="Arm">Its name.</param>
/// <param name="Mean">Its mean of the primary measure.</param>
/// <param name="Groups">The letters of the groups that it is in: two arms are told apart where they have no letter in common.</param>
public sealed record RankedArm(string Arm, double Mean, string Groups);

/// <summary>Puts the arms of a study in order, and those together that cannot be told apart.</summary>
static class Ranking
{
    /// <summary>The arms, the best first; none where the study does not rank its arms, or nothing was measured.</summary>
    public static IReadOnlyList<RankedArm> Of(StudyResult result)
    {
        var definition = result.Definition;
        if (definition.Answer != StudyAnswerKind.Ranking)
            return [];
        var measure = definition.Primary;
        var means = definition.Arms.Where(arm => result.Has(arm, measure)).Select(arm => (Arm: arm, result.Summary(arm, measure).Mean));
        var order = (measure.Better == MeasureBetter.Lower
            ? means.OrderBy(static entry => entry.Mean) : means.OrderByDescending(static entry => entry.Mean)).ToList();
        var different = result.Comparisons().Where(found => found.Measure == measure && found.IsDifferent)
            .Select(static found => (found.A.Name, found.B.Name)).ToHashSet();
        var groups = Groups(order.Count, (i, k) =>
            different.Contains((order[i].Arm.Name, order[k].Arm.Name)) || different.Contains((order[k].Arm.Name, order[i].Arm.Name)));
        return [.. order.Select((entry, i) => new RankedArm(
            entry.Arm.Name, entry.Mean, string.Concat(groups.Select((group, g) => group.Contains(i) ? $"{(char)('a' + g)}" : ""))))];
    }

    /// <summary>The groups of members none of which is told apart from another, as large as they can be: a member that is told apart
    /// from another leaves the other's group, and a group within a group goes (insert and absorb, Piepho 2004).</summary>
    public static IReadOnlyList<IReadOnlySet<int>> Groups(int count, Func<int, int, bool> different)
    {
        List<HashSet<int>> groups = [[.. Enumerable.Range(0, count)]];
        for (int i = 0; i < count; i++)
        {
            for (int k = i + 1; k < count; k++)
            {
                if (!different(i, k))
                    continue;
                foreach (var group in groups.Where(group => group.Contains(i) && group.Contains(k)).ToList())
                {
                    groups.Remove(group);
                    groups.Add([.. group.Except([i])]);
                    groups.Add([.. group.Except([k])]);
                }

                groups = [.. groups.Where((group, g) => !groups.Where((other, o) =>
                    o != g && group.IsSubsetOf(other) && (group.Count < other.Count || o < g)).Any())];
            }
        }

        return [.. groups.Where(static group => group.Count > 0).OrderBy(static group => group.Min()).ThenBy(static group => group.Max())];
    }
}
