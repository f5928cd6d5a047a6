using Ballast.Kernels;

namespace Ballast;

public abstract partial class Optimizer
{
    /// <summary>Applies a rule to a parameter, from its gradient in memory or from the factors of it; one that climbs where the group's
    /// setting <c>maximize</c> says so.</summary>
    /// <param name="state">The parameter and what is kept of it.</param>
    /// <param name="rule">The rule.</param>
    /// <param name="names">The names of the tensors that are the rule's states; one that is not kept is missing.</param>
    private protected void Apply<R>(ParameterState state, R rule, params ReadOnlySpan<string> names)
        where R : struct, IUpdateRule
    {
        bool climbs = Find(Maximize) is not null && IsSet(state.Group, Maximize);
        if (Backend.Current is not null)
            Apply(state, rule, climbs ? 0 - state.Parameter.Grad! : state.Parameter.Grad!, names);
        else if (climbs)
            Settle(state, new NegatedRule<R>(rule), names);
        else
            Settle(state, rule, names);
    }

    private protected const string Maximize = "maximize";

    // Now and then is often enough: it takes hundreds of steps until a state is that small.
    const int StepsUntilSettled = 32;

    void Settle<R>(ParameterState state, R rule, ReadOnlySpan<string> names)
        where R : struct, IUpdateRule
    {
        if (state.Steps % StepsUntilSettled == 0)
            Descend(state, new SettledRule<R>(rule), names);
        else
            Descend(state, rule, names);
    }

    static void Apply<R>(ParameterState state, R rule, Tensor gradient, ReadOnlySpan<string> names)
        where R : struct, IUpdateRule
    {
        var kept = new Tensor?[names.Length];
        for (int i = 0; i < kept.Length; i++)
            kept[i] = state.Kept(names[i]);
        TensorUpdates.Apply(rule, gradient, state.Parameter, kept);
    }

    void Descend<R>(ParameterState state, R rule, ReadOnlySpan<string> names)
        where R : struct, IUpdateRule
    {
        var parameter = state.Parameter;
        var weight = parameter.Mutate();
        Span<float> first = KeptValues(state, names, 0), second = KeptValues(state, names, 1), third = KeptValues(state, names, 2);
        if (parameter.Gradient.Recipe is { Blocks: > 0 } deferred)
            Descend(rule, deferred, weight, first, second, third);
        else
            Updates.Apply(rule, parameter.ReadGradient().Span(parameter.Length), weight, first, second, third);
    }

    static Span<float> KeptValues(ParameterState state, ReadOnlySpan<string> names, int index) =>
        index < names.Length && state.Kept(names[index]) is { } tensor ? tensor.Mutate() : default;

    // A gradient that is never written: each of its blocks goes into the weight while it is hot.
    unsafe void Descend<R>(R rule, Deferred gradient, Span<float> weight, Span<float> first, Span<float> second, Span<float> third)
        where R : struct, IUpdateRule
    {
        fixed (float* w = weight, a = first, b = second, c = third)
            gradient.ReadBlocks(Updates.OfBlocks<R>.For(rule, w, a, b, c), backwards);
    }
}
