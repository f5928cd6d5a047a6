namespace Ballast.Tests.Plain;

/// <summary>A step of an optimizer beside its plain meaning, both given the same weights, gradients and what is remembered.</summary>
static class PlainStep
{
    /// <summary>Makes a step on the backend in force, and tells what differs from the plain one.</summary>
    /// <param name="kind">What the optimizer is.</param>
    /// <param name="optimizer">The optimizer, which makes the step.</param>
    /// <param name="parameters">Its parameters, in their order, with their gradients.</param>
    /// <param name="isTold">Whether the comparison says something: not where a sign is so close to zero that rounding decides.</param>
    public static string? Fault(OptimizerKind kind, Optimizer optimizer, Parameter[] parameters, out bool isTold)
    {
        Parameter[] twins = Array.ConvertAll(parameters, static own => new Parameter(Tensor.From(own.ToArray(), own.Shape)));
        var gradients = Array.ConvertAll(parameters, static own => own.Grad?.Clone());
        var remembered = optimizer.StateDict();
        optimizer.Step();
        using (Backend.Use(new PlainBackend()))
        {
            var twin = kind.Make(twins);
            twin.LoadStateDict(remembered);
            for (int i = 0; i < twins.Length; i++)
            {
                if (gradients[i] is { } gradient)
                    (twins[i] * gradient).Sum().Backward();
            }

            Number.Ties = 0;
            twin.Step();
            isTold = Number.Ties == 0;
            for (int i = 0; i < twins.Length && isTold; i++)
            {
                string name = $"step of parameter {i} {twins[i].Shape}";
                if (Comparison.Difference(name, PlainBackend.Read(twins[i]).Values, parameters[i].AsSpan()) is { } fault)
                    return fault;
                foreach (var (own, plain) in optimizer.States[i].Entries.Zip(twin.States[i].Entries))
                {
                    if (own.Tensor is { } kept
                        && Comparison.Difference($"{name}, {own.Name}", PlainBackend.Read(plain.Tensor!).Values, kept.AsSpan()) is { } other)
                    {
                        return other;
                    }
                }
            }
        }

        return null;
    }
}
