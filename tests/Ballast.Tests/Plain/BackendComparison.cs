namespace Ballast.Tests.Plain;

/// <summary>Runs operations on the default backend and on the plain one, on the same inputs: results and gradients under a random
/// cotangent have to agree within sixteen roundings of the sum of the terms' magnitudes.</summary>
public abstract class BackendComparison
{
    /// <summary>Runs f on both backends and compares what it gives and the gradients of its inputs.</summary>
    private protected void Check(string name, Func<Tensor[], Tensor> f, params Tensor[] inputs)
    {
        var (y, gradients) = Run(f, inputs);
        Number.Ties = 0;
        Tensor plainY;
        Tensor?[] plainGradients;
        PlainBackend backend = new();
        using (Backend.Use(backend))
            (plainY, plainGradients) = Run(f, inputs);
        if (Number.Ties > 0)
            Note($"{name}: {Number.Ties} ties");
        if (plainY.Shape != y.Shape)
            Note($"{name}: expected {plainY.Shape}, got {y.Shape}");
        else
            Note(Comparison.Difference($"{name}, result", PlainBackend.Read(plainY).Values, Floats(y)));
        for (int i = 0; i < inputs.Length; i++)
        {
            if (plainGradients[i] is null != gradients[i] is null)
                Note($"{name}: gradient {i} is {(gradients[i] is null ? "missing" : "there")}");
            else if (gradients[i] is { } gradient)
                Note(Comparison.Difference($"{name}, gradient {i}", PlainBackend.Read(plainGradients[i]!).Values, gradient.AsSpan()));
        }
    }

    readonly List<string> failures = [];

    void Note(string? difference)
    {
        lock (failures)
        {
            if (difference is not null)
                failures.Add(difference);
        }
    }

    private protected void Conclude() => Assert.True(failures.Count == 0, string.Join('\n', failures));

    static ReadOnlySpan<float> Floats(Tensor y) => y.ElementType switch
    {
        ElementType.Float32 => y.AsSpan(),
        _ => y.To(ElementType.Float32).AsSpan(),
    };

    static (Tensor Y, Tensor?[] Gradients) Run(Func<Tensor[], Tensor> f, Tensor[] inputs)
    {
        Tensor[] asked = Array.ConvertAll(inputs, static input => input is Parameter ? input : input.Detach());
        foreach (var input in asked)
        {
            if (input is Parameter parameter)
                parameter.ZeroGrad();
            else if (input.ElementType == ElementType.Float32)
                input.RequiresGrad = true;
        }

        using var generator = Generator.UseDefault(new Generator(7));
        var y = f(asked);
        var kept = y.Detach();
        if (y.RequiresGrad)
            y.Backward(Draw.Data(y.Shape, 99));
        return (kept, Array.ConvertAll(asked, static input => input.Grad?.Detach()));
    }
}
