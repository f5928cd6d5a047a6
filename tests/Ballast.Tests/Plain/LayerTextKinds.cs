using Ballast.Lab;

namespace Ballast.Tests.Plain;

/// <summary>The kinds of layers of a text that do not stand alone, with arguments for small inputs.</summary>
static class LayerTextKinds
{
    public static IReadOnlyDictionary<string, string> Arguments { get; } = new Dictionary<string, string>()
    {
        ["linear"] = "5",
        ["conv"] = "6,3,padding=1",
        ["wsconv"] = "6,3,padding=1",
        ["maxpool"] = "2",
        ["avgpool"] = "2",
        ["adaptiveavgpool"] = "3",
        ["adaptivemaxpool"] = "3",
        ["ghostbatchnorm"] = "2",
        ["splitbatchnorm"] = "2",
        ["groupnorm"] = "2",
        ["evonorms0"] = "groups=2",
        ["localresponsenorm"] = "3",
    };

    /// <summary>A network for images [4, 6, 6] and four classes around each kind of layer that a text can name.</summary>
    public static IEnumerable<Func<Module>> Networks => Ballast.Lab.LayerKinds.All.Select(static kind =>
    {
        string layer = Arguments.TryGetValue(kind.Name, out string? arguments) ? $"{kind.Name}:{arguments}" : kind.Name;
        string text = $"conv:4,3,padding=1 {layer} conv:4,1 flatten linear:4".Replace("flatten conv:4,1", "linear:12", StringComparison.Ordinal);
        return (Func<Module>)(() => NamedNetworks.Build(text, [4, 6, 6], 4));
    });
}
