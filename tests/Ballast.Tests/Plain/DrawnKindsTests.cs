namespace Ballast.Tests.Plain;

/// <summary>Random networks draw every layer, loss and optimizer that the library has: who adds one adds it to what they draw.</summary>
public class DrawnKindsTests
{
    // Why a layer is not among those of random networks.
    static readonly Dictionary<Type, string> Left = new()
    {
        [typeof(AirBench)] = "a whole network: PlainModelTests",
        [typeof(ResNet18)] = "a whole network: PlainModelTests",
        [typeof(ResNet20)] = "a whole network: PlainModelTests",
        [typeof(VggSmall)] = "a whole network: PlainModelTests",
    };

    // Names that classes had before do nothing of their own.
    static IEnumerable<Type> Public(Func<Type, bool> isKind) => typeof(Module).Assembly.GetExportedTypes()
        .Where(type => type is { IsClass: true, IsAbstract: false } && !type.IsDefined(typeof(ObsoleteAttribute), inherit: false) && isKind(type));

    // Those that the networks of CI have, whose seeds these are.
    static void AllAreDrawn(IEnumerable<Type> kinds, Func<RandomNetwork, IEnumerable<object?>> drawn)
    {
        HashSet<Type> missing = [.. kinds];
        Assert.NotEmpty(missing);
        for (int seed = 0; seed < 2000 && missing.Count > 0; seed++)
            missing.ExceptWith(drawn(RandomNetworks.Draw(seed)).OfType<object>().Select(static one => one.GetType()));
        Assert.True(missing.Count == 0, $"No random network has {string.Join(", ", missing.Select(static type => type.Name).Order())}. "
            + "Add it to one of the files *Kinds.cs beside this one.");
    }

    [Fact]
    public void Every_layer() => AllAreDrawn(
        Public(static type => type.IsSubclassOf(typeof(Module)) && !Left.ContainsKey(type)),
        static network => network.Layers.SelectMany(static layer => layer.Module?.NamedModules().Select(static part => part.Module) ?? []));

    [Fact]
    public void Every_loss() => AllAreDrawn(
        Public(static type => type.Name.EndsWith("Loss", StringComparison.Ordinal)
            && type.GetMethods().Any(static method => method.Name == "Forward")),
        static network => network.Layers.Select(static layer => layer.Loss));

    // LBFGS looks at the loss several times in a step: PlainLbfgsTests.
    [Fact]
    public void Every_optimizer() => AllAreDrawn(
        Public(static type => type.IsSubclassOf(typeof(Optimizer)) && type != typeof(LBFGS)),
        static network => [network.Optimizer.Make([Draw.Weights([2, 2], 1)])]);
}
