namespace Ballast;

/// <summary>How often, and how changed, a network sees each image when it is tested: the logits of the views are averaged.
/// </summary>
public enum TestTimeAugmentation
{
    /// <summary>Once, as it is.</summary>
    None,

    /// <summary>As it is and mirrored from left to right, each counting half.</summary>
    Flip,

    /// <summary>As it is, and moved by one pixel up and to the left, and down and to the right, the edge filled with the image
    /// mirrored at its outermost pixels; each of the three as it is and mirrored. The two that are not moved count half in
    /// all, the four others the other half. Jordan 2024, section 3.5.</summary>
    FlipTranslate,
}
