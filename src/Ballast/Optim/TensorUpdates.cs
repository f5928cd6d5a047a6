using Ballast.Kernels;

namespace Ballast;

/// <summary>Applies element-wise rules to tensors in place, wherever their values lie.</summary>
static class TensorUpdates
{
    /// <summary>Changes a weight, and what is kept for it, by a gradient.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="gradient">The gradient, or what stands in its place.</param>
    /// <param name="weight">The weight.</param>
    /// <param name="states">The rule's states; null for one that is missing.</param>
    public static void Apply<R>(R rule, Tensor gradient, Tensor weight, params ReadOnlySpan<Tensor?> states)
        where R : struct, IUpdateRule
    {
        if (Backend.Current is { } backend)
        {
            var updated = backend.Apply(new Node(R.Name, [weight, gradient, .. states], rule.Numbers));
            weight.Adopt(updated[0]);
            for (int i = 0; i < states.Length; i++)
                states[i]?.Adopt(updated[i + 1]);
            return;
        }

        Updates.Apply(new SettledRule<R>(rule), gradient.AsSpan(), weight.Mutate(), Written(states, 0), Written(states, 1), Written(states, 2));
    }

    static Span<float> Written(ReadOnlySpan<Tensor?> states, int index) =>
        index < states.Length && states[index] is { } state ? state.Mutate() : default;
}
