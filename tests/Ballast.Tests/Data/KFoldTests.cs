namespace Ballast.Tests.Data;

/// <summary>Folds against scikit-learn 1.2.1, and the order of a subset against PyTorch 1.13.1.</summary>
public class KFoldTests
{
    static readonly int[] Labels = [2, 0, 1, 1, 0, 2, 2, 1, 0, 0, 1, 2, 2];

    static void Same(int[][] expected, IReadOnlyList<Fold> folds, int count)
    {
        Assert.Equal(expected, folds.Select(static fold => fold.Test.ToArray()));
        foreach (var fold in folds)
        {
            Assert.Equal(fold.Train.Order(), fold.Train);
            Assert.Equal(Enumerable.Range(0, count), fold.Train.Concat(fold.Test).Order());
        }
    }

    // [te for _, te in KFold(3).split(zeros(10))], and with shuffle=True, random_state=42
    [Fact]
    public void Folds_are_scikit_learns()
    {
        Same([[0, 1, 2, 3], [4, 5, 6], [7, 8, 9]], KFold.Split(10, 3), 10);
        Same([[0, 1, 5, 8], [2, 7, 9], [3, 4, 6]], KFold.Split(10, 3, 42), 10);
        var large = KFold.Split(50_000, 5, 123)[0];     // its first, and the sum of all
        Assert.Equal([1, 8, 15, 19, 23], large.Test.Take(5));
        Assert.Equal(252686842, large.Test.Sum());
        Assert.Equal([49996, 49997, 49998], large.Train.TakeLast(3));
    }

    // StratifiedKFold(3), and with shuffle=True, random_state=7; then 5 folds of 5000 with random_state=1
    [Fact]
    public void Stratified_folds_are_scikit_learns()
    {
        Same([[0, 1, 2, 3, 5], [4, 6, 7, 11], [8, 9, 10, 12]], KFold.Stratified(Labels, 3), 13);
        Same([[0, 3, 7, 8, 11], [4, 5, 6, 10], [1, 2, 9, 12]], KFold.Stratified(Labels, 3, 7), 13);
        var large = KFold.Stratified([.. Enumerable.Range(0, 5000).Select(static i => (int)(i * 7919L % 10))], 5, 1)[0];
        Assert.Equal([4, 5, 9, 11, 12, 18], large.Test.Take(6));
        Assert.Equal(2558780, large.Test.Sum());
    }

    // [te for _, te in GroupKFold(3).split(zeros(18), groups=groups)]; then the sizes and sums of 5 folds of 2000 in 25 groups
    [Fact]
    public void Folds_of_whole_groups_are_scikit_learns()
    {
        int[] groups = [3, 1, 4, 1, 5, 9, 2, 6, 5, 3, 5, 8, 9, 7, 9, 3, 2, 3];
        Same([[0, 9, 11, 13, 15, 17], [5, 6, 7, 12, 14, 16], [1, 2, 3, 4, 8, 10]], KFold.ByGroup(groups, 3), 18);
        Same([[0, 9, 11, 13, 15, 17], [5, 6, 7, 12, 14, 16], [1, 2, 3, 4, 8, 10]], KFold.ByGroup([.. groups.Select(static one => $"g{one}")], 3), 18);
        int[] many = [.. Enumerable.Range(0, 2000).Select(static i => i * 7919 % 100 * (i * 7919 % 100) / 400)];
        var folds = KFold.ByGroup(many, 5);
        Assert.Equal([400, 400, 400, 420, 380], folds.Select(static fold => fold.Test.Count));
        Assert.All(folds, fold => Assert.Empty(fold.Test.Select(i => many[i]).Intersect(fold.Train.Select(i => many[i]))));
    }

    [Fact]
    public void Too_few_samples_are_refused()
    {
        Assert.Contains("2 groups make no 3 folds", Assert.Throws<ArgumentException>(() => KFold.ByGroup([1, 2, 2, 1], 3)).Message, StringComparison.Ordinal);
        Assert.Contains("2 folds or more", Assert.Throws<ArgumentException>(() => KFold.Split(10, 1)).Message, StringComparison.Ordinal);
        Assert.Contains("3 samples make no 4 folds", Assert.Throws<ArgumentException>(() => KFold.Split(3, 4)).Message, StringComparison.Ordinal);
        Assert.Contains("the class 0 has 4 samples", Assert.Throws<ArgumentException>(() => KFold.Stratified(Labels, 5)).Message, StringComparison.Ordinal);
    }

    // manual_seed(42); DataLoader(range(100), 4, sampler=SubsetRandomSampler(range(10, 40))), twice through, then rand(1)
    [Fact]
    public void A_subsets_order_is_drawn_straight_from_the_default_generator()
    {
        using var scope = Generator.UseDefault(new Generator(42));
        var dataset = new ArrayDataset([.. Enumerable.Range(0, 100).Select(static i => (float)i)], [.. Enumerable.Range(0, 100)], [1]);
        var loader = DataLoader.OfSubset(dataset, [.. Enumerable.Range(10, 30)], 4);
        long[][] epochs = [.. Enumerable.Range(0, 2).Select(_ => loader.SelectMany(static batch => batch.Targets.ToArray<long>()).ToArray())];
        Assert.Equal([26, 32, 30, 15, 36, 39, 38, 29], epochs[0].Take(8));
        Assert.Equal([29, 39, 12, 15, 34, 22, 14, 19], epochs[1].Take(8));
        Assert.Equal(0.6541759967803955f, Tensor.Rand([1]).Item());
    }
}
