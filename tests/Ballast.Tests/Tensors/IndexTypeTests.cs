using System.Reflection;

namespace Ballast.Tests.Tensors;

/// <summary>What takes positions, classes or numbers takes int64 alone, and says how to get there.</summary>
public class IndexTypeTests
{
    static readonly Dictionary<string, (string What, Func<Tensor, Tensor, object> Run)> Takers = new()
    {
        ["Index"] = ("positions", static (x, i) => x.Index(0, i)),
        ["IndexSelect"] = ("positions", static (x, i) => x.IndexSelect(0, i)),
        ["Gather"] = ("positions", static (x, i) => x.Gather(0, i)),
        ["TakeAlongAxis"] = ("positions", static (x, i) => x.TakeAlongAxis(i, 0)),
        ["Scatter"] = ("positions", static (x, i) => x.Scatter(0, i, x)),
        ["ScatterAdd"] = ("positions", static (x, i) => x.ScatterAdd(0, i, x)),
        ["IndexAdd"] = ("positions", static (x, i) => x.IndexAdd(0, i, x)),
        ["RepeatInterleave"] = ("numbers", static (x, i) => x.RepeatInterleave(i, 0)),
        ["OneHot"] = ("classes", static (_, i) => i.OneHot(3)),
    };

    public static TheoryData<string> Names => [.. Takers.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Another_type_is_refused_with_the_remedy(string name)
    {
        var (what, run) = Takers[name];
        var x = Tensor.From([5, 6, 7], [3]);
        (Tensor Index, string Type)[] others =
            [(Tensor.From([0, 2, 1], [3]), "float32"), (Tensor.FromUInt8([0, 2, 1], [3]), "uint8"), (Tensor.FromBool([true, false, true], [3]), "bool")];
        foreach (var (index, type) in others)
        {
            Assert.Equal($"{name}: expected an int64 tensor of {what}, got {type} [3]. Convert it with To(ElementType.Int64).",
                Assert.Throws<ArgumentException>(() => run(x, index)).Message);
            run(x, index.To(ElementType.Int64));
        }
    }

    // A new operation with positions comes into the table above.
    [Fact]
    public void All_that_take_positions_are_tried()
    {
        string[] names = ["index", "indices", "positions", "repeats"];
        var takers = typeof(Tensor).GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static)
            .Where(method => method.GetParameters().Any(one => one.ParameterType == typeof(Tensor) && names.Contains(one.Name)))
            .Select(static method => method.Name);
        Assert.Equal(Takers.Keys.Where(static name => name != "OneHot").Order(StringComparer.Ordinal), takers.Distinct().Order(StringComparer.Ordinal));
    }
}
