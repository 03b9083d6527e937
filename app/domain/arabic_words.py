"""The Arabic of the codes that people read and write outside our pages: in files, and in answers of the API.

The pages have their own catalogue; a test keeps the two the same where both have a word.
"""

CATEGORIES: dict[str, str] = {
    "bread_and_bakery": "الخبز والمخبوزات",
    "fruit_and_vegetables": "الفواكه والخضروات",
    "dairy_and_eggs": "الألبان والبيض",
    "meat_and_fish": "اللحوم والأسماك",
    "chilled_prepared": "الوجبات المبرّدة",
    "frozen_food": "الأطعمة المجمّدة",
    "ambient_groceries": "المواد الغذائية الجافة",
    "drinks": "المشروبات",
    "other": "أطعمة أخرى",
}
TEMPERATURE_CLASSES: dict[str, str] = {
    "ambient": "بلا تبريد",
    "chilled": "المبرّد",
    "frozen": "المجمّد",
    "hot": "الساخن",
}
DATE_MARKS: dict[str, str] = {"use_by": "يُستهلك حتى", "best_before": "يُفضَّل قبل", "none": "بلا تاريخ"}
ALLERGENS: dict[str, str] = {
    "gluten": "الغلوتين",
    "crustaceans": "القشريات",
    "eggs": "البيض",
    "fish": "السمك",
    "peanuts": "الفول السوداني",
    "soybeans": "الصويا",
    "milk": "الحليب",
    "nuts": "المكسّرات",
    "celery": "الكرفس",
    "mustard": "الخردل",
    "sesame": "السمسم",
    "sulphites": "الكبريتيت",
    "lupin": "الترمس",
    "molluscs": "الرخويات",
}
DIETARY_FLAGS: dict[str, str] = {
    "halal": "حلال",
    "kosher": "كوشر",
    "vegetarian": "نباتي",
    "vegan": "نباتي صرف",
    "contains_pork": "يحتوي لحم خنزير",
    "contains_alcohol": "يحتوي كحولًا",
}
