namespace Ballast.Tests.Baseline;

/// <summary>Trainings end with the bits they ended with before: what is rebuilt computes the same, in the same order, at this
/// register width. A change of bits on purpose records them anew (CONTRIBUTING.md says how) and says why.</summary>
/// <remarks>The logarithm of a softmax row is the C library's. glibc's has not changed since 2.28.</remarks>
public class BaselineTests
{
    public static TheoryData<string> Names => [.. BaselineTasks.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void A_training_ends_with_the_recorded_bits(string name)
    {
        var got = BaselineHashes.Of(BaselineTasks.All[name]);
        Assert.True(float.IsFinite(got.LastLoss), $"{name}: the last loss is {got.LastLoss}.");
        var recorded = BaselineFixture.Read();
        if (BaselineFixture.Writes)
        {
            recorded[name] = got;
            BaselineFixture.Write(recorded);
            return;
        }

        Assert.True(recorded.TryGetValue(name, out var expected),
            $"{name}: no hashes are recorded. Set {BaselineFixture.Variable}=1 to record them.");
        Assert.Equal(expected, got);
    }

    [Fact]
    public void Every_record_has_its_training()
    {
        var recorded = BaselineFixture.Read();
        string[] without = [.. recorded.Keys.Where(static name => !BaselineTasks.All.ContainsKey(name))];
        if (BaselineFixture.Writes)
        {
            foreach (string name in without)
                recorded.Remove(name);
            BaselineFixture.Write(recorded);
            return;
        }

        Assert.Empty(without);
    }
}
