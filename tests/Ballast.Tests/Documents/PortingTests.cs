using System.Text.RegularExpressions;

namespace Ballast.Tests.Documents;

/// <summary>The table of names covers PyTorch's and ours: names.json has what torch.nn, torch.optim, torch.nn.functional and torch.Tensor
/// have.</summary>
public partial class PortingTests
{
    static readonly HashSet<string> Words =
        [.. Word().Matches(File.ReadAllText(Path.Combine(ReadmeTests.Root, "docs/porting-from-pytorch.md"))).Select(static match => match.Value)];

    [Theory]
    [InlineData("nn", 150)]
    [InlineData("optim", 14)]
    [InlineData("lr_scheduler", 15)]
    [InlineData("functional", 130)]
    [InlineData("tensor", 590)]
    public void Each_name_of_PyTorchs_is_in_the_table(string module, int least)
    {
        var names = Golden.Load("names.json").GetProperty(module).EnumerateArray().Select(static name => name.GetString()!).ToList();
        Assert.True(names.Count >= least, $"{names.Count} names");
        // What changes its tensor has the name of what does not, and an underscore.
        var missing = names.Where(static name => !Words.Contains(name) && !Words.Contains(name.TrimEnd('_')));
        Assert.True(!missing.Any(), $"docs/porting-from-pytorch.md does not say what these are here, or why they are not: {string.Join(", ", missing)}");
    }

    [Fact]
    public void Each_public_type_is_in_the_table()
    {
        Type[] types = [.. typeof(Tensor).Assembly.GetExportedTypes(), .. typeof(ModelCatalog).Assembly.GetExportedTypes()];
        var names = types.Where(static type => !type.IsNested).Select(static type => type.Name.Split('`')[0]).Distinct().Order().ToList();
        Assert.True(names.Count > 400, $"{names.Count} types");
        var missing = names.Where(static name => !Words.Contains(name));
        Assert.True(!missing.Any(), $"docs/porting-from-pytorch.md lacks these types: {string.Join(", ", missing)}");
    }

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();
}
