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
}
