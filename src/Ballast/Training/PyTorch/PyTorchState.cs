namespace Ballast;

/// <summary>States of optimizers and random generators as PyTorch keeps them, so that a training that began there goes on here and the
/// other way round. The model's state needs no conversion: <see cref="StoredFile.ToStateDict(string?)"/> and
/// <see cref="StoredMapping.From"/>.</summary>
/// <example><code>
/// using var file = StateFile.Open("checkpoint.pt");            // torch.save({"model": ..., "optimizer": ..., "rng": ...})
/// var root = (StoredMapping)file.Root;
/// net.LoadStateDict(file.ToStateDict("model"));
/// PyTorchState.Load(optimizer, root["optimizer"]);
/// PyTorchState.Load(Generator.Default, root["rng"]);           // torch.get_rng_state()
/// </code></example>
public static class PyTorchState
{
    /// <summary>What <c>optimizer.state_dict()</c> gives: <c>state</c> by the parameters' numbers, and <c>param_groups</c>.</summary>
    /// <param name="optimizer">An <see cref="Adam"/>, <see cref="AdamW"/> or <see cref="SGD"/>.</param>
    /// <returns>A mapping for <c>optimizer.load_state_dict</c>: learning rates are the decimal numbers that floats stand for, 0.001.</returns>
    /// <exception cref="ArgumentException">An optimizer that PyTorch has no layout for.</exception>
    public static StoredMapping Of(Optimizer optimizer)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        return PyTorchOptimizer.Write(optimizer);
    }

    /// <summary>Takes over an optimizer's state, as <c>optimizer.load_state_dict</c> does: steps and moments of each parameter, and of each
    /// group the learning rate and weight decay.</summary>
    /// <param name="optimizer">One of the same kind, with the same parameters in the same groups and order, and the same betas, eps, momentum,
    /// dampening and Nesterov setting.</param>
    /// <param name="state">The mapping of <c>state</c> and <c>param_groups</c>.</param>
    /// <exception cref="ArgumentException">It does not fit; the message says what does not, and nothing has been changed.</exception>
    /// <exception cref="InvalidDataException">It is no optimizer's state, or its file is damaged.</exception>
    public static void Load(Optimizer optimizer, StoredValue state)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        PyTorchOptimizer.Read(optimizer, state);
    }

    /// <summary>What <c>torch.get_rng_state()</c> gives: 5056 bytes.</summary>
    public static StoredTensor Of(Generator generator)
    {
        ArgumentNullException.ThrowIfNull(generator);
        return PyTorchGenerator.Write(generator);
    }

    /// <summary>Takes over a generator's state, as <c>torch.set_rng_state</c> does: the next draws are those that were next there.</summary>
    /// <param name="generator">The generator: <see cref="Generator.Default"/> for PyTorch's global one.</param>
    /// <param name="state">A tensor of 5056 bytes.</param>
    /// <exception cref="InvalidDataException">These bytes are no such state; the generator is unchanged.</exception>
    public static void Load(Generator generator, StoredValue state)
    {
        ArgumentNullException.ThrowIfNull(generator);
        PyTorchGenerator.Read(generator, state);
    }
}
