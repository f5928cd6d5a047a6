using System.Text.Json;

namespace Ballast.Tests;

/// <summary>Modules against PyTorch 1.13.1: initial state, output, gradients, what they draw and refuse. A golden names a module by the C# that
/// makes it.</summary>
public abstract class ModuleGoldens
{
    /// <summary>What makes a module, and how it is called with several inputs.</summary>
    private protected sealed record Made(Func<Module> Module, Func<Module, Tensor[], Tensor>? Call = null, double Tolerance = 1e-6);

    private protected static Made Of(Func<Module> module, double tolerance = 1e-6) => new(module, Tolerance: tolerance);

    private protected static Made Called(Func<Tensor[], Tensor> function, double tolerance = 1e-6) =>
        new(static () => new Identity(), (_, x) => function(x), tolerance);

    // PyTorch's inputs: hundredths of normal values of seed 11, or whole numbers.
    static Tensor[] Inputs(JsonElement golden)
    {
        Generator generator = new(11);
        bool whole = golden.Find("whole")?.GetBoolean() ?? false;
        return [.. golden.GetProperty("shapes").EnumerateArray().Select(sizes =>
        {
            Shape shape = new(sizes.Ints());
            return whole ? Whole(shape) : Hundredths(shape, generator);
        })];

        Tensor Whole(Shape shape)
        {
            long[] drawn = new long[shape.Length];
            generator.RandomIntegers(drawn, -3, 4);
            return Tensor.From(Array.ConvertAll(drawn, static v => (float)v), shape);
        }
    }

    static Tensor Hundredths(Shape shape, Generator generator)
    {
        float[] values = new float[shape.Length];
        generator.Normal(values);
        return Tensor.From(Array.ConvertAll(values, static v => MathF.Round(v * 100) / 100), shape);
    }

    private protected static void Check(string file, Dictionary<string, Made> modules)
    {
        var root = Golden.Load(file);
        List<string> failures = [];
        HashSet<string> met = [];
        foreach (var golden in root.GetProperty("cases").EnumerateArray())
        {
            string name = golden.GetProperty("name").GetString()!, made = name.Replace(", evaluation", "", StringComparison.Ordinal);
            met.Add(made);
            Assert.True(modules.ContainsKey(made), $"no module {made}");
            try
            {
                Compare(golden, modules[made]);
            }
            catch (Exception failure) when (failure is Xunit.Sdk.XunitException or ArgumentException or InvalidOperationException)
            {
                failures.Add($"{name} of {golden.GetProperty("shapes")}: {failure.Message}");
            }
        }

        foreach (var golden in root.GetProperty("refused").EnumerateArray())
        {
            string name = golden.GetProperty("name").GetString()!;
            met.Add(name);
            Assert.True(modules.ContainsKey(name), $"no module {name}");
            if (Record.Exception(() => Run(modules[name], modules[name].Module(), Inputs(golden))) is not ArgumentException)
                failures.Add($"{name} takes {golden.GetProperty("shapes")}, which PyTorch refuses");
        }

        Assert.True(failures.Count == 0, string.Join('\n', failures));
        Assert.Equal(modules.Keys.Order(), met.Order());
    }

    static Tensor Run(Made made, Module module, Tensor[] inputs) => made.Call is { } call ? call(module, inputs) : module.Forward(inputs[0]);

    static void Compare(JsonElement golden, Made made)
    {
        using var scope = Generator.UseDefault(new Generator(7));
        var module = made.Module();
        module.Train(golden.GetProperty("training").GetBoolean());
        var state = module.StateDict();
        Assert.Equal(golden.GetProperty("keys").EnumerateObject().Select(static key => key.Name), state.Keys);
        foreach (var key in golden.GetProperty("keys").EnumerateObject().Where(key => state[key.Name].Tensor.ElementType == ElementType.Float32))
            Assert.True(key.Value.ValueKind == JsonValueKind.Null || key.Value.GetString() == Golden.Digest(state[key.Name].Tensor.AsSpan()), $"{key.Name} begins otherwise");
        var inputs = Array.ConvertAll(Inputs(golden), static input => new Parameter(input));
        Tensor y = inputs[0];
        for (int step = 0; step < golden.GetProperty("steps").GetInt32(); step++)
            y = Run(made, module, inputs);

        Assert.Equal(golden.GetProperty("output_shape").Ints(), y.Shape.ToArray());
        Near.Equal(golden.GetProperty("output").Floats(), y.AsSpan(), made.Tolerance, "output");
        if (y is Parameter)
            y *= 1; // it passes as it is
        y.Backward(Hundredths(y.Shape, new Generator(13)));
        var gradients = golden.GetProperty("gradients").EnumerateArray().ToArray();
        for (int i = 0; i < inputs.Length; i++)
            Same(gradients[i], inputs[i], made, $"gradient {i}");
        var learned = module.NamedParameters().ToDictionary(static entry => entry.Name, static entry => entry.Parameter);
        foreach (var gradient in golden.GetProperty("learned").EnumerateObject())
            Same(gradient.Value, learned[gradient.Name], made, $"gradient of {gradient.Name}");
        foreach (var after in golden.GetProperty("after").EnumerateObject())
            Near.Equal(after.Value.Floats(), module.StateDict()[after.Name].Tensor.AsSpan(), made.Tolerance, $"{after.Name} after it");
        float[] next = new float[1];
        Generator.Default.Uniform(next);
        Assert.True(golden.GetProperty("next").GetSingle() == next[0], "it draws otherwise");
    }

    static void Same(JsonElement expected, Parameter parameter, Made made, string what)
    {
        float[] values = expected.ValueKind == JsonValueKind.Null ? new float[parameter.Length] : expected.Floats();
        Near.Equal(values, parameter.Grad is { } gradient ? gradient.AsSpan() : new float[parameter.Length], made.Tolerance, what);
    }
}
