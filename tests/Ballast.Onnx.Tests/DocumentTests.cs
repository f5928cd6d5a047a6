namespace Ballast.Onnx.Tests;

/// <summary>What docs/onnx.md says of operators is what there is.</summary>
public class DocumentTests
{
    [Fact]
    public void The_page_lists_all_operators_that_are_known()
    {
        string? folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Ballast.slnx")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("no Ballast.slnx above the tests");
        string page = File.ReadAllText(Path.Combine(folder, "docs", "onnx.md"));
        string list = page[(page.IndexOf("Known are", StringComparison.Ordinal) + 9)..page.IndexOf("Not known are", StringComparison.Ordinal)];
        string[] listed = [.. list.Split([' ', ',', ':', '\n'], StringSplitOptions.RemoveEmptyEntries).Select(static word => word.Trim('`', '.'))];
        Assert.Equal(OnnxOperators.Names.Order(StringComparer.Ordinal), listed);
    }
}
