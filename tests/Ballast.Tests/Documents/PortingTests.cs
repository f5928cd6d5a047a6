using System.Text.RegularExpressions;

namespace Ballast.Tests.Documents;

/// <summary>The table of names covers PyTorch's and ours: names.json has what torch.nn, torch.optim, torch.nn.functional and torch.Tensor
/// have.</summary>
public partial class PortingTests
{
    static readonly string[] Lines = File.ReadAllLines(Path.Combine(ReadmeTests.Root, "docs/porting-from-pytorch.md"));

    // What stands as code in the first column of a table is PyTorch's; in any column, it may be a type of the library.
    static readonly HashSet<string> Left = Words(static line => Cell().Split(line)[1]);

    static readonly HashSet<string> All = Words(static line => line);

    static HashSet<string> Words(Func<string, string> part) => [.. Lines.Where(static line => line.StartsWith('|'))
        .SelectMany(line => Code().Matches(part(line))).SelectMany(static code => Word().Matches(code.Value)).Select(static word => word.Value)];

    [Theory]
    [InlineData("nn", 150)]
    [InlineData("optim", 14)]
    [InlineData("lr_scheduler", 15)]
    [InlineData("functional", 130)]
    [InlineData("tensor", 590)]
    [InlineData("torch", 100)]
    public void Each_name_of_PyTorchs_is_in_the_table(string module, int least)
    {
        var names = Golden.Load("names.json").GetProperty(module).EnumerateArray().Select(static name => name.GetString()!).ToList();
        Assert.True(names.Count >= least, $"{names.Count} names");
        // What changes its tensor has the name of what does not, and an underscore.
        var missing = names.Where(static name => !Left.Contains(name) && !Left.Contains(name.TrimEnd('_')));
        Assert.True(!missing.Any(), $"docs/porting-from-pytorch.md does not say what these are here, or why they are not: {string.Join(", ", missing)}");
    }

    [Fact]
    public void Each_public_type_is_in_the_table()
    {
        Type[] types = [.. typeof(Tensor).Assembly.GetExportedTypes(), .. typeof(ModelCatalog).Assembly.GetExportedTypes()];
        var names = types.Where(static type => !type.IsNested).Select(static type => type.Name.Split('`')[0]).Distinct().Order().ToList();
        Assert.True(names.Count > 400, $"{names.Count} types");
        var missing = names.Where(static name => !All.Contains(name));
        Assert.True(!missing.Any(), $"docs/porting-from-pytorch.md lacks these types: {string.Join(", ", missing)}");
    }

    [GeneratedRegex(@"(?<!\\)\|")]
    private static partial Regex Cell();

    [GeneratedRegex("`[^`]*`")]
    private static partial Regex Code();

    [GeneratedRegex(@"\w+")]
    private static partial Regex Word();
}
