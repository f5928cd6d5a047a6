namespace Ballast.Tests.Plain;

/// <summary>An optimizer of random networks: its settings as text, whether whole networks are compared over several of its steps, and how it is
/// made.</summary>
/// <param name="Name">What it is.</param>
/// <param name="IsCarried">Whether an error of a gradient is one of the weight after the step, and not much more: a step that divides by the
/// gradient's own size, or goes by its sign, makes as much of a rounding as of a value.</param>
/// <param name="Make">Makes it for some parameters.</param>
sealed record OptimizerKind(string Name, bool IsCarried, Func<IEnumerable<Parameter>, Optimizer> Make);

/// <summary>Draws the optimizers of random networks.</summary>
static class OptimizerKinds
{
    /// <summary>An optimizer with settings of its own; every second one is plain descent.</summary>
    public static OptimizerKind Draw(Random random)
    {
        int kind = random.Next(28);
        double rate = random.Next(2) == 0 ? 0.05 : 0.003, decay = random.Next(2) == 0 ? 0.01 : 0, momentum = random.Next(2) == 0 ? 0.9 : 0;
        double beta1 = random.Next(3) == 0 ? 0.5 : 0.9, beta2 = random.Next(3) == 0 ? 0.8 : 0.999;
        bool maximize = random.Next(4) == 0, other = random.Next(2) == 0;
        var (name, make) = kind switch
        {
            0 => ("Adam", w => new Adam(w, rate, beta1, beta2, weightDecay: decay, amsgrad: other, maximize: maximize)),
            1 => ("AdamW", w => new AdamW(w, rate, beta1, beta2, weightDecay: decay, amsgrad: other, maximize: maximize)),
            2 => ("Adamax", w => new Adamax(w, rate, beta1, beta2, weightDecay: decay, maximize: maximize)),
            3 => ("NAdam", w => new NAdam(w, rate, beta1, beta2, weightDecay: decay, maximize: maximize)),
            4 => ("RAdam", w => new RAdam(w, rate, beta1, beta2, weightDecay: decay, maximize: maximize)),
            5 => ("RMSprop", w => new RMSprop(w, rate, other ? 0.9 : 0.99, 1e-8, decay, momentum, other, maximize)),
            6 => ("Adagrad", w => new Adagrad(w, rate, other ? 0.1 : 0, decay, other ? 0.2 : 0, maximize: maximize)),
            7 => ("Adadelta", w => new Adadelta(w, 1, other ? 0.9 : 0.7, weightDecay: decay, maximize: maximize)),
            8 => ("ASGD", w => new ASGD(w, rate, 0.01, t0: other ? 1 : 1e6, weightDecay: decay, maximize: maximize)),
            9 => ("Rprop", w => new Rprop(w, rate, mostStep: other ? 0.051 : 50, maximize: maximize)),
            10 => ("Lion", w => new Lion(w, rate, beta1, beta2, decay, maximize)),
            11 => ("LAMB", w => new LAMB(w, rate, beta1, beta2, weightDecay: decay, maximize: maximize)),
            12 => ("SparseAdam", w => new SparseAdam(w, rate, beta1, beta2, maximize: maximize)),
            13 => ("Muon", w => new Muon(w, rate, nesterov: other, weightDecay: decay, maximize: maximize)),
            _ => ("SGD", (Func<IEnumerable<Parameter>, Optimizer>)(w => new SGD(
                w, 0.05, momentum, other ? 0 : kind % 2 * 0.2, 0.01, momentum > 0 && other, maximize))),
        };
        string settings = $"rate {rate}, decay {decay}, momentum {momentum}, betas {beta1} and {beta2}, {(maximize ? "up" : "down")}, {other}";
        return new OptimizerKind($"{name}({settings})", kind > 13, make);
    }
}
