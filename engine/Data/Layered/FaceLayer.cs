namespace IconDiffusion.Data.Layered;

/// <summary>The part layers of a layered face, from the bottom up; the back of the hair lies under the face.</summary>
public enum FaceLayer
{
    Backdrop,
    Face,
    Shirt,
    Eyes,
    Nose,
    Mouth,
    Hair,
    Accessory,
}
