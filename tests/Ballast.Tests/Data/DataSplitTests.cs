namespace Ballast.Tests.Data;

/// <summary>Divisions by class, by group and by order.</summary>
public class DataSplitTests
{
    static readonly double[][] Shares = [[1], [0.8, 0.2], [0.7, 0.2, 0.1], [0.5, 0.25, 0.25], [0.05, 0.95]];

    static void IsDivision(IReadOnlyList<int[]> parts, int count)
    {
        Assert.Equal(Enumerable.Range(0, count), parts.SelectMany(static part => part).Order());
        Assert.All(parts, static part => Assert.Equal(part.Order(), part));
    }

    [Fact]
    public void Each_class_has_its_share_in_each_part()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            int[] labels = [.. Enumerable.Range(0, random.Next(1, 400)).Select(_ => random.Next(random.Next(1, 12)) * 3)];
            foreach (double[] shares in Shares)
            {
                var parts = DataSplit.Stratified(labels, shares, seed);
                IsDivision(parts, labels.Length);
                foreach (var members in labels.GroupBy(static label => label))
                {
                    for (int k = 0; k < shares.Length; k++)
                    {
                        double due = shares[k] * members.Count();
                        Assert.InRange(parts[k].Count(i => labels[i] == members.Key), Math.Floor(due + 1e-9), Math.Ceiling(due - 1e-9));
                    }
                }
            }
        }
    }

    // Many small classes: what is rounded off at each does not add up.
    [Fact]
    public void Classes_of_three_leave_a_fifth_for_the_second_part()
    {
        int[] labels = [.. Enumerable.Range(0, 300).Select(static i => i / 3)];
        Assert.Equal([240, 60], DataSplit.Stratified(labels, [0.8, 0.2]).Select(static part => part.Length));
    }

    [Fact]
    public void No_group_is_in_two_parts_and_sizes_are_near_their_shares()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            var random = new Random(seed);
            int[] groups = [.. Enumerable.Range(0, 600).Select(_ => random.Next(60))];
            int largest = groups.GroupBy(static group => group).Max(static group => group.Count());
            foreach (double[] shares in Shares)
            {
                var parts = DataSplit.ByGroup(groups, shares, seed);
                IsDivision(parts, groups.Length);
                Assert.Equal(groups.Distinct().Count(), parts.Sum(part => part.Select(i => groups[i]).Distinct().Count()));
                for (int k = 0; k < shares.Length; k++)
                    Assert.InRange(parts[k].Length, shares[k] * 600 - largest, shares[k] * 600 + largest);
            }
        }
    }

    [Fact]
    public void Every_part_gets_a_group_where_there_are_enough()
    {
        Assert.All(DataSplit.ByGroup([0, 0, 0, 0, 0, 0, 0, 1, 2], [0.98, 0.01, 0.01]), static part => Assert.NotEmpty(part));
    }

    [Fact]
    public void The_seed_chooses_the_samples()
    {
        int[] labels = [.. Enumerable.Range(0, 100).Select(static i => i % 4)];
        Assert.Equal(DataSplit.Stratified(labels, [0.5, 0.5], 1), DataSplit.Stratified(labels, [0.5, 0.5], 1));
        Assert.NotEqual(DataSplit.Stratified(labels, [0.5, 0.5], 1)[0], DataSplit.Stratified(labels, [0.5, 0.5], 2)[0]);
        Assert.NotEqual(DataSplit.ByGroup(labels, [0.5, 0.5], 1)[0], DataSplit.ByGroup(labels, [0.5, 0.5], 4)[0]);
    }

    [Fact]
    public void By_order_the_last_samples_are_the_last_part()
    {
        Assert.Equal([[0, 1, 2, 3, 4, 5, 6], [7, 8], [9]], DataSplit.ByOrder(10, [0.7, 0.2, 0.1]));
        Assert.Equal([[0], [1, 2]], DataSplit.ByOrder(3, [0.4, 0.6]));
    }

    [Fact]
    public void What_cannot_be_divided_is_refused()
    {
        Refused("there are no samples", static () => DataSplit.Stratified([], [1]));
        Refused("expected shares above 0, got 0", static () => DataSplit.ByOrder(3, [1, 0]));
        Refused("shares that sum to 1, got 2 that sum to 1.1", static () => DataSplit.ByOrder(3, [0.9, 0.2]));
        Refused("1 groups make no 2 parts", static () => DataSplit.ByGroup([7, 7], [0.5, 0.5]));
    }

    static void Refused(string why, Func<object> act) => Assert.Contains(why, Assert.ThrowsAny<ArgumentException>(act).Message);
}
