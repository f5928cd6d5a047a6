namespace Ballast.Lab;

/// <summary>Which arm is best, which cannot be told apart from it, and which are worse.</summary>
sealed class RankingAnswer(StudyResult result) : StudyAnswer(result)
{
    protected override Markup Found()
    {
        var ranks = Ranking.Of(Result);
        var sound = ranks.Where(rank => Unsound(rank) is null).ToList();
        var unsound = ranks.Where(rank => Unsound(rank) is not null)
            .Select(rank => Markup.Of($" Nothing is concluded of {rank.Arm}: it {Unsound(rank)}."));
        if (sound.Count == 0)
            return ranks.Count == 0 ? new Markup("There is no answer yet: no trial has ended with a value.")
                : Markup.Of($"There is no answer.{unsound}");
        var best = sound[0];
        if (Result.Definition.Repeats.Count() < 2)
            return Markup.Of($"By {Measure.Title}, measured once: {List(sound)}.{unsound}");
        var alike = sound.Skip(1).Where(rank => rank.Groups.Any(best.Groups.Contains)).ToList();
        var worse = sound.Skip(1).Except(alike).ToList();
        var beside = alike.Count == 0 ? Markup.None : Markup.Of($"; not told apart from it: {List(alike)}");
        var below = worse.Count == 0 ? Markup.None : Markup.Of($" Worse than {best.Arm}: {List(worse)}.");
        return Markup.Of($"Best by {Measure.Title}: {One(best)}{beside}.{below}{unsound}");
    }

    public override Markup Meaning()
    {
        int pairs = Result.Definition.Family(Measure).Count;
        if (Result.Definition.Repeats.Count() < 2)
            return new Markup("<p>One repetition cannot say whether an order is more than chance: give several seeds with --seeds.</p>");
        return Markup.Of($"""
            <p>{Direction()}Two arms are told apart where their difference, seed by seed, is significant at 5&nbsp;% after correction for all
            {pairs} pairs. Not told apart does not mean equal: with more seeds, smaller differences are found.</p>
            """);
    }

    string? Unsound(RankedArm rank)
    {
        var arm = Result.Definition.Arm(rank.Arm);
        var condition = ArmCondition.Of(Result, arm, Measure);
        return condition.Diverged > 0 ? $"diverged in {condition.Diverged} of {condition.Trials} trainings"
            : condition.StayedAtChance ? $"stayed at chance in {condition.AtChance} of {condition.Trials} trainings" : null;
    }

    Markup List(List<RankedArm> ranks) => Markup.Join(ranks.Select((rank, i) =>
        Markup.Of($"{(i == 0 ? "" : i == ranks.Count - 1 ? " and " : ", ")}{One(rank)}")));

    Markup One(RankedArm rank) => Markup.Of($"{rank.Arm} {Bold(rank.Mean, Result.Definition.Arm(rank.Arm))}");
}
